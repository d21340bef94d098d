/** What this browser's visitor has solved: marks that no server knows. */

class Solved {
  constructor(key) {
    this.key = key;
  }

  all() {
    return new Set(JSON.parse(localStorage.getItem(this.key) ?? "[]"));
  }

  add(one) {
    localStorage.setItem(this.key, JSON.stringify([...this.all().add(one)]));
  }

  /** Show the mark of each element that is solved; `name` is what its `data-` attribute is called. */
  show(name) {
    const known = this.all();
    for (const one of document.querySelectorAll(`[data-${name}]`)) {
      const is = known.has(one.dataset[name]);
      for (const mark of one.querySelectorAll("[data-solved]")) mark.hidden = !is;
      for (const mark of one.querySelectorAll("[data-unsolved]")) mark.hidden = is;
    }
  }
}

export const attacks = new Solved("attacks-solved");
export const exercises = new Solved("attack-exercises-solved");
