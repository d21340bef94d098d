/** The four steps, in order. */

export const STEPS = ["login", "request", "logout", "replay"];
export const [LOGIN, REQUEST, LOGOUT, REPLAY] = STEPS.keys();
