/** An e-mail with a link that logs its reader in. */

import { leave, pace, post, step, told } from "./stage.js";

const { link } = await post(`/${told.play}/at/link/?way=${told.way}`);
document.querySelector("[data-shown]").textContent = `${link.slice(0, 12)}…`;

// Where the token stands behind the hash sign, the walk's pace has to stand beside it.
const end = link.startsWith("#") ? pace.replace("#", "&") : pace;

step(async () => leave(() => location.assign(told.next + link + end)));
