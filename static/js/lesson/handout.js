/** The handout: its button prints it. */

const button = document.querySelector("[data-print]");
button.hidden = false;
button.addEventListener("click", () => print());
