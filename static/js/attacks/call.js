/** A page whose button calls one address of its own host. */

import { post, step, told } from "./stage.js";

step(() => post(told.call));
