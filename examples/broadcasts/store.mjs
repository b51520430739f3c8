// The state in a file: written whole, beside the old one, and put in its place, so that it is never half there.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { emptyState } from './follow.mjs';

export class Store {
  #path;

  constructor(path) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
    try {
      this.state = JSON.parse(readFileSync(path, 'utf8'));
    } catch (error) {
      if (error.code !== 'ENOENT') throw new Error(`${path} cannot be read: ${error.message}`, { cause: error });
      this.state = emptyState();
    }
  }

  save() {
    writeFileSync(`${this.#path}.new`, JSON.stringify(this.state));
    renameSync(`${this.#path}.new`, this.#path);
  }
}
