/** A page whose button calls one address of its own host, which may say what has happened. */

import { post, step, told } from "./stage.js";

step(async () => (await post(told.call)).says);
