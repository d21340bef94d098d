/** The list of logins: its times as the visitor's clock shows them. */

import { localTimes } from "./when.js";

localTimes();
