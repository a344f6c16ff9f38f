// The second verifier: the same questions as verifier/archive.py and verifier/proof.py ask, answered
// by other code.
// It needs nothing but WebCrypto, sends nothing anywhere, and runs in a browser and in Node.
"use strict";

(() => {
  const NUMBER = "(0|[1-9][0-9]{0,14})"; // fifteen digits: every one of them is itself
  const INSTANT =
    "([0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9]{6}Z)";
  const HEADS = {
    event: new RegExp(`^\\{"index":${NUMBER},"kind":"event","position":${NUMBER},"recorded_at":"${INSTANT}","page":`),
    access: new RegExp(`^\\{"index":${NUMBER},"kind":"access","number":${NUMBER},"recorded_at":"${INSTANT}","body":`),
  };
  const HEAD_MOST = 192; // bytes: more than the longest head
  const CLOSING = '{"checkpoint":';
  const ARCHIVE = '{"jejak_archive"';
  const HASH = 32;
  const LINE_MOST = 64 * 1024 * 1024;
  const BATCH = 512; // lines hashed side by side
  const DEPTH_MOST = 64;
  const SIZE_MOST = 1e15 - 1;
  // A key's name. What Unicode calls a space differs from language to language; this does not.
  const NAME = "[^\\x00-\\x20+\\ud800-\\udfff]+";
  const VKEY = new RegExp(`^(${NAME})\\+([0-9a-f]{8})\\+([A-Za-z0-9+/=]*)$`, "u");
  const SIGNATURE = new RegExp(`^— (${NAME}) ([A-Za-z0-9+/]+={0,2})$`, "u");
  const PROOF = "c2sp.org/tlog-proof@v1";
  const PROOF_MOST = 1024 * 1024;
  const EXTRA = "extra ";
  const INDEX = new RegExp(`^index ${NUMBER}$`);
  const LEAF = new RegExp(
    `^\\{"hash":"([0-9a-f]{64})","kind":"(?:event","position":${NUMBER}|access","number":${NUMBER}),"recorded_at":"${INSTANT}"\\}$`,
  );
  const NOBODY = { version: 0, hash: "0".repeat(64) };
  const SUCCESSOR = "successor ";
  const LOG_KEY = 1;
  const WITNESS_KEY = 4;

  class Fault extends Error {
    constructor(code, place = {}) {
      super(code);
      this.code = code;
      this.place = place;
    }
  }

  // ---- bytes

  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const latin1 = new TextDecoder("latin1");
  const encoder = new TextEncoder();
  const bytesOf = (text) => encoder.encode(text);
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const joined = (...parts) => joinedAll(parts);
  const joinedAll = (parts) => {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  };
  const equal = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);
  const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const base64 = (bytes) => btoa(String.fromCharCode(...bytes));

  /** Return the bytes of standard base64 in its one spelling, or null. */
  function unbase64(text) {
    try {
      const raw = atob(text);
      return btoa(raw) === text ? Uint8Array.from(raw, (char) => char.charCodeAt(0)) : null;
    } catch {
      return null;
    }
  }

  // ---- RFC 8785

  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

  /** Return the canonical spelling of a value without fractions; throw where it has none. */
  function canonical(value, depth = 0) {
    if (value === null || typeof value === "boolean") return String(value);
    if (typeof value === "number") {
      if (!Number.isSafeInteger(value)) throw new RangeError("number");
      return String(value);
    }
    if (typeof value === "string") {
      if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value)) throw new RangeError("surrogate");
      return JSON.stringify(value);
    }
    if (depth >= DEPTH_MOST) throw new RangeError("depth");
    if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth + 1)).join(",")}]`;
    const fields = Object.keys(value).sort(); // by UTF-16 units, as the RFC asks
    return `{${fields.map((key) => `${canonical(key)}:${canonical(value[key], depth + 1)}`).join(",")}}`;
  }

  /** Read an object from its canonical bytes; null for anything else. */
  function canonicalObject(bytes) {
    try {
      const text = utf8.decode(bytes);
      const value = JSON.parse(text);
      return isObject(value) && canonical(value) === text ? value : null;
    } catch {
      return null;
    }
  }

  // ---- pages

  const isText = (value) => typeof value === "string";
  const orNull = (check) => (value) => value === null || check(value);
  const like = (pattern) => (value) => isText(value) && pattern.test(value);
  const listOf = (check) => (value) => Array.isArray(value) && value.every(check);
  const fields = (checks) => (value) =>
    isObject(value) &&
    Object.keys(value).length === Object.keys(checks).length &&
    Object.entries(checks).every(([name, check]) => Object.hasOwn(value, name) && check(value[name]));
  const day = like(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/);
  const uuid = like(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  const digest = like(/^[0-9a-f]{64}$/);
  const sealed64 = like(/^[A-Za-z0-9+/]*={0,2}$/);
  const isPage = fields({
    actor: fields({ agency: orNull(isText), id: isText, on_behalf_of: orNull(isText), role: isText, unit: orNull(isText) }),
    causation_id: orNull(isText),
    correlation_id: isText,
    effective: fields({
      at: orNull(isText),
      day,
      zone: (value) => ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"].includes(value),
    }),
    event_id: uuid,
    evidence: listOf(fields({ date: orNull(day), sha256: orNull(digest) })),
    format: (value) => value === 1,
    idempotency_key: orNull(isText),
    name: like(/^[a-z][a-z0-9_.]*@[1-9][0-9]*$/),
    payload: isObject,
    prev_hash: digest,
    purpose: isText,
    sealed: listOf(
      fields({
        class: (value) => value === "personal" || value === "specific",
        fields: (value) => isObject(value) && Object.keys(value).length > 0 && Object.values(value).every(sealed64),
        key: uuid,
        page_key: sealed64,
        subject: isText,
      }),
    ),
    stream: like(/^[a-z_]+:[^\x00-\x1f]+$/),
    subject: isText,
    version: (value) => Number.isInteger(value) && value >= 1 && value <= 2147483647,
  });

  /** Say whether every sealed field is named by where it belongs, once, where nothing lies open. */
  function sealsFit(page) {
    const pointers = page.sealed.flatMap((box) => Object.keys(box.fields));
    if (new Set(pointers).size !== pointers.length) return false;
    return pointers.every((pointer) => {
      if (pointer === "/reason") return true;
      const evidence = /^\/evidence\/(0|[1-9][0-9]{0,5})\/number$/.exec(pointer);
      if (evidence) return Number(evidence[1]) < page.evidence.length;
      const name = pointer.slice("/payload/".length);
      return pointer.startsWith("/payload/") && name !== "" && !Object.hasOwn(page.payload, name);
    });
  }

  // ---- notes (c2sp.org: signed-note, tlog-checkpoint, tlog-cosignature)

  async function verifierKey(vkey) {
    const [, name, id, material] = VKEY.exec(vkey) ?? [];
    const raw = material && unbase64(material);
    if (!raw || raw.length !== 33 || ![LOG_KEY, WITNESS_KEY].includes(raw[0])) return null;
    const keyId = (await sha256(joined(bytesOf(`${name}\n`), raw))).slice(0, 4);
    if (hex(keyId) !== id) return null;
    return { name, algorithm: raw[0], key: raw.slice(1), keyId, vkey };
  }

  function checkpointOf(note) {
    const gap = note.lastIndexOf("\n\n");
    if (gap < 0 || /[\x00-\x09\x0b-\x1f]/.test(note) || !note.endsWith("\n")) return null;
    const lines = note.slice(0, gap).split("\n");
    const root = lines.length >= 3 && lines.every(Boolean) ? unbase64(lines[2]) : null;
    if (!root || root.length !== 32 || !/^(0|[1-9][0-9]{0,14})$/.test(lines[1])) return null;
    const signatures = [];
    for (const line of note.slice(gap + 2, -1).split("\n")) {
      const found = SIGNATURE.exec(line);
      const raw = found && unbase64(found[2]);
      if (!raw || raw.length <= 4) return null;
      signatures.push({ name: found[1], raw });
    }
    const named = lines.slice(3).filter((line) => line.startsWith(SUCCESSOR));
    const successor = named.length === 1 ? named[0].slice(SUCCESSOR.length) : "";
    return { origin: lines[0], size: Number(lines[1]), root, body: bytesOf(note.slice(0, gap + 1)), successor, signatures };
  }

  /** Read the line that closes an archive; null for any other. */
  function closingOf(line) {
    const read = canonicalObject(line);
    return read && fields({ checkpoint: isText })(read) ? checkpointOf(read.checkpoint) : null;
  }

  /**
   * Read a checkpoint as somebody kept it: a signed note, or an archive's last line. The byte order
   * mark and the CRLF of an editor were not signed and are not read.
   */
  function checkpointKept(text) {
    const said = text.replace(/^\ufeff/, "").replaceAll("\r\n", "\n");
    return said.startsWith(CLOSING) ? closingOf(bytesOf(said.replace(/\n$/, ""))) : checkpointOf(said);
  }

  /** Say whether a key made this signature; throw "unsupported" in a browser without Ed25519. */
  async function hasSigned(key, signature, text) {
    let imported;
    try {
      imported = await crypto.subtle.importKey("raw", key.key, { name: "Ed25519" }, false, ["verify"]);
    } catch (error) {
      if (error.name === "NotSupportedError") throw new Error("unsupported");
      return false;
    }
    return crypto.subtle.verify({ name: "Ed25519" }, imported, signature, text);
  }

  const signaturesOf = (checkpoint, key) =>
    checkpoint.signatures.filter((it) => it.name === key.name && equal(it.raw.slice(0, 4), key.keyId));

  async function signedBy(checkpoint, key) {
    const said = signaturesOf(checkpoint, key);
    for (const { raw } of said) if (!(await hasSigned(key, raw.slice(4), checkpoint.body))) return false;
    return said.length > 0;
  }

  /** Return when a witness saw this checkpoint (Unix seconds), or null. */
  async function cosignedBy(checkpoint, witness) {
    let latest = null;
    for (const { raw } of signaturesOf(checkpoint, witness)) {
      if (raw.length !== 4 + 8 + 64 || raw[4] >> 7) return null;
      const seconds = new DataView(raw.buffer, raw.byteOffset + 4).getBigUint64(0);
      const text = joined(bytesOf(`cosignature/v1\ntime ${seconds}\n`), checkpoint.body);
      if (!(await hasSigned(witness, raw.slice(12), text))) return null;
      latest = Math.max(latest ?? 0, Number(seconds));
    }
    return latest;
  }

  // ---- RFC 6962

  class Tree {
    constructor() {
      this.size = 0;
      this.pending = []; // by height: the root of a perfect subtree that waits for its neighbour
    }

    /** Put hashes of leaves at the right, height by height. */
    async add(leaves) {
      this.size += leaves.length;
      let row = leaves;
      for (let height = 0; row.length; height += 1) {
        if (this.pending[height]) row = [this.pending[height], ...row];
        this.pending[height] = row.length % 2 ? row[row.length - 1] : null;
        const pairs = [];
        for (let at = 0; at + 1 < row.length; at += 2) pairs.push(Tree.node(row[at], row[at + 1]));
        row = await Promise.all(pairs);
      }
    }

    async root() {
      let root = null;
      for (const peak of this.pending) if (peak) root = root ? await Tree.node(peak, root) : peak;
      return root ?? sha256(new Uint8Array());
    }

    static leaf(data) {
      return sha256(joined(Uint8Array.of(0), data));
    }

    static node(left, right) {
      return sha256(joined(Uint8Array.of(1), left, right));
    }
  }

  /** Return the root that a leaf's way up leads to; null where a way from there has another length. */
  async function rootAbove(leaf, index, size, path) {
    let [root, node, last] = [leaf, index, size - 1];
    const up = (place) => Math.floor(place / 2); // >> has 32 bits
    for (const beside of path) {
      if (last === 0) return null;
      if (node % 2 || node === last) {
        root = await Tree.node(beside, root);
        while (node && node % 2 === 0) [node, last] = [up(node), up(last)]; // it was carried up
      } else {
        root = await Tree.node(root, beside);
      }
      [node, last] = [up(node), up(last)];
    }
    return last === 0 ? root : null;
  }

  // ---- keys that follow one another

  /** Asks about signatures; where a browser knows no Ed25519, remembers that and goes on. */
  class Signatures {
    constructor() {
      this.unchecked = false;
    }

    async checked(ask, otherwise) {
      try {
        return await ask();
      } catch (error) {
        if (error.message !== "unsupported") throw error;
        this.unchecked = true;
        return otherwise;
      }
    }

    signed(checkpoint, key) {
      return this.checked(() => signedBy(checkpoint, key), true);
    }

    /** Return when a witness cosigned, null where it did not, undefined where that cannot be seen. */
    cosigned(checkpoint, witness) {
      return this.checked(() => cosignedBy(checkpoint, witness), undefined);
    }

    /** Return the size at which a key follows that was not announced by the one before; or null. */
    async wrongTurn(keys, turns, size) {
      let before = 0;
      for (const [at, turn] of turns.entries()) {
        const [key, following] = [keys[at], keys[at + 1]];
        const named = turn.origin === key.name && following.name === key.name && following.algorithm === LOG_KEY;
        const signed = await Promise.all([key, following].map((it) => this.signed(turn, it)));
        const inTurn = before < turn.size && turn.size <= size;
        if (!named || turn.successor !== following.vkey || !signed.every(Boolean) || !inTurn) return turn.size;
        before = turn.size;
      }
      return null;
    }

    /** Return the key that signed a checkpoint and was the log's at its size; null for none. */
    async signer(checkpoint, keys, turns) {
      for (const [at, key] of keys.entries()) {
        const since = at ? turns[at - 1].size : 0;
        const until = turns[at]?.size ?? checkpoint.size;
        if (since <= checkpoint.size && checkpoint.size <= until && (await this.signed(checkpoint, key))) return key;
      }
      return null;
    }
  }

  // ---- the archive

  class Reading {
    constructor(asked) {
      this.asked = asked;
      this.tree = new Tree();
      this.heads = new Map();
      this.counts = { event: 0, access: 0 };
      this.times = { event: "", access: "" };
      this.header = null;
      this.keys = [];
      this.closed = null;
      this.agreed = [];
      this.older = [];
      this.witnesses = [];
      this.signatures = new Signatures();
      this.kept = asked.kept;
    }

    get line() {
      return this.header ? this.tree.size + 2 : 1;
    }

    async take(lines) {
      let at = 0;
      while (at < lines.length) {
        if (this.closed) throw new Fault("archive.trailing", { line: this.line + 1 });
        if (!this.header) await this.takeHeader(lines[at++]);
        else if (isClosing(lines[at])) await this.takeClosing(lines[at++]);
        else at += await this.takeLeaves(lines.slice(at, at + this.room()));
        await this.compareOlder();
      }
    }

    /** Return how many leaves there may be until the next older checkpoint. */
    room() {
      return Math.min(BATCH, this.older.length ? this.older[0].size - this.tree.size : BATCH);
    }

    /** Refuse what goes on and on without a line's end: `length` bytes so far. */
    ensureShort(length) {
      if (length <= LINE_MOST) return;
      if (this.closed) throw new Fault("archive.trailing", { line: this.line + 1 });
      throw new Fault("archive.line", this.header ? { line: this.line, index: this.tree.size } : { line: 1 });
    }

    async takeHeader(line) {
      this.ensureShort(line.length);
      const wrong = new Fault("archive.header", { line: 1 });
      const said = canonicalObject(line.subarray(0, -1));
      const isSize = (value) => Number.isSafeInteger(value) && value >= 0 && value <= SIZE_MOST;
      const first = fields({ jejak_archive: (it) => it === 1, origin: isText, public_key: isText, size: isSize });
      const second = fields({
        jejak_archive: (it) => it === 2,
        origin: isText,
        public_key: isText,
        size: isSize,
        successions: (it) => listOf(fields({ checkpoint: isText, public_key: isText }))(it) && it.length > 0,
      });
      if (!said || !(first(said) || second(said))) throw wrong;
      const steps = said.successions ?? [];
      const keys = await Promise.all([...steps.map((it) => it.public_key), said.public_key].map(verifierKey));
      if (keys.some((key) => !key || key.algorithm !== LOG_KEY || key.name !== said.origin)) throw wrong;
      const turns = steps.map((it) => checkpointOf(it.checkpoint));
      if (!turns.every(Boolean)) throw wrong;
      if (this.asked.key && !keys.some((key) => key.vkey === this.asked.key.vkey)) throw new Fault("key.differs", { line: 1 });
      const turned = await this.signatures.wrongTurn(keys, turns, said.size);
      if (turned !== null) throw new Fault("key.succession", { line: 1, number: turned });
      this.header = { ...said, key: keys.at(-1) };
      this.keys = keys.map((key, at) => ({ key: key.vkey, since: at ? turns[at - 1].size : 0 }));
      this.older = [...this.asked.older, ...turns].sort((one, other) => one.size - other.size);
      for (const older of this.older) {
        if (older.origin !== said.origin) throw new Fault("older.origin", { number: older.size });
        const signer = await this.signatures.signer(older, keys, turns);
        if (!signer) throw new Fault("older.signature", { number: older.size });
      }
    }

    /** Take leaves up to the first line that is none, and return how many they were. */
    async takeLeaves(lines) {
      const closing = lines.findIndex(isClosing);
      const read = (closing < 0 ? lines : lines.slice(0, closing)).map(readLeaf);
      const hashed = await Promise.all(read.map((leaf) => leaf && hashesOf(leaf)));
      const kept = await this.kept?.next(read.length);
      let [taken, fault] = [0, null];
      try {
        for (const leaf of read) {
          this.takeLeaf(leaf, hashed[taken], this.tree.size + taken, () => kept?.differs(taken, hashed[taken].leaf));
          taken += 1;
        }
      } catch (error) {
        fault = error;
      }
      await this.tree.add(hashed.slice(0, taken).map((it) => it.leaf));
      if (fault) throw fault;
      return read.length;
    }

    takeLeaf(leaf, hashes, index, differs) {
      if (!leaf) throw new Fault("archive.line", { line: index + 2, index });
      const place = { line: index + 2, index, kind: leaf.kind, number: leaf.number };
      const isEvent = leaf.kind === "event";
      if (leaf.index !== index) throw new Fault("archive.index", place);
      if (leaf.number !== this.counts[leaf.kind] + 1) throw new Fault(isEvent ? "event.position" : "access.number", place);
      if (leaf.at < this.times[leaf.kind]) throw new Fault("recorded_at.backwards", place);
      const content = canonicalObject(leaf.content);
      if (isEvent) this.takePage(content, hashes.content, place, differs);
      else if (!content) throw new Fault("access.canonical", place);
      else if (differs()) throw new Fault("leaf.differs", place);
      this.counts[leaf.kind] += 1;
      this.times[leaf.kind] = leaf.at;
    }

    takePage(page, digest, place, differs) {
      if (!page) throw new Fault("page.canonical", place);
      if (page.format !== 1) throw new Fault("page.format", place);
      if (!isPage(page) || !sealsFit(page)) throw new Fault("page.envelope", place);
      const { stream, version } = page;
      if (differs()) throw new Fault("leaf.differs", { ...place, stream, version });
      const head = this.heads.get(stream) ?? NOBODY;
      if (version !== head.version + 1) throw new Fault("stream.version", { ...place, stream, version });
      if (page.prev_hash !== head.hash) throw new Fault("stream.prev_hash", { ...place, stream, version });
      this.heads.set(stream, { version, hash: digest });
    }

    async compareOlder() {
      while (this.older.length && this.older[0].size === this.tree.size) {
        const older = this.older.shift();
        if (!equal(older.root, await this.tree.root())) throw new Fault("older.root", this.between(older.size));
        this.agreed.push(older.size);
      }
    }

    between(size) {
      return { between: [this.agreed.at(-1) ?? 0, size] };
    }

    async takeClosing(line) {
      const place = { line: this.line };
      const [size, said] = [this.tree.size, this.header.size];
      if (size !== said) throw new Fault("archive.size", this.between(Math.max(size, said)));
      const closing = closingOf(line.subarray(0, -1));
      if (!closing) throw new Fault("checkpoint.form", place);
      if (closing.origin !== this.header.origin) throw new Fault("checkpoint.origin", place);
      if (!(await this.signatures.signed(closing, this.header.key))) throw new Fault("checkpoint.signature", place);
      if (closing.size !== size) throw new Fault("checkpoint.size", this.between(Math.max(size, closing.size)));
      if (!equal(closing.root, await this.tree.root())) throw new Fault("checkpoint.root", this.between(size));
      for (const witness of this.asked.witnesses) {
        const time = await this.signatures.cosigned(closing, witness);
        if (time === null) throw new Fault("checkpoint.witness", { ...place, name: witness.name });
        this.witnesses.push({ name: witness.name, time: time ?? null });
      }
      if (this.older.length) throw new Fault("older.size", { between: [size, this.older.at(-1).size] });
      const more = await this.kept?.rest();
      if (more) throw new Fault("older.size", { between: [size, size + more] });
      this.closed = closing;
    }

    end(rest) {
      if (!this.header) throw new Fault("archive.header", { line: 1 });
      if (this.closed && rest) throw new Fault("archive.trailing", { line: this.line + 1 });
      if (!this.closed) {
        const size = this.tree.size;
        throw new Fault("archive.truncated", { line: this.line, between: [size, Math.max(size, this.header.size)] });
      }
    }
  }

  const isClosing = (line) => line.length <= LINE_MOST && latin1.decode(line.subarray(0, CLOSING.length)) === CLOSING;

  /** Read the head of a leaf's line and cut its content out; null for any other line. */
  function readLeaf(line) {
    if (line.length > LINE_MOST) return null;
    const start = latin1.decode(line.subarray(0, HEAD_MOST));
    for (const [kind, pattern] of Object.entries(HEADS)) {
      const found = pattern.exec(start);
      if (found && line[line.length - 2] === 0x7d && line.length > found[0].length + 2) {
        const content = line.subarray(found[0].length, -2);
        return { kind, index: Number(found[1]), number: Number(found[2]), at: found[3], content };
      }
    }
    return null;
  }

  /** Return the hash of a leaf's content in hex, what the leaf says, and its hash. */
  async function hashesOf(leaf) {
    const content = hex(await sha256(leaf.content));
    const number = leaf.kind === "event" ? "position" : "number";
    const data = `{"hash":"${content}","kind":"${leaf.kind}","${number}":${leaf.number},"recorded_at":"${leaf.at}"}`;
    return { content, data, leaf: await Tree.leaf(bytesOf(data)) };
  }

  // ---- one leaf's proof (c2sp.org: tlog-proof)

  /** Read a file; throw a Fault at the first line that is not what stands there. */
  function proofOf(written) {
    const text = latin1.decode(written); // a character for each byte
    const gap = text.indexOf("\n\n");
    const [version, ...lines] = (gap < 0 ? text : text.slice(0, gap)).split("\n");
    if (version !== PROOF) throw new Fault("proof.header", { line: 1 });
    let line = 2;
    const decoded = (said, length) => {
      const raw = unbase64(said);
      if (!raw || raw.length !== (length ?? raw.length)) throw new Fault("proof.line", { line });
      line += 1;
      return raw;
    };
    const extra = lines[0]?.startsWith(EXTRA) ? decoded(lines.shift().slice(EXTRA.length)) : null;
    const [, index] = INDEX.exec(lines.shift() ?? "") ?? [];
    if (index === undefined) throw new Fault("proof.line", { line });
    line += 1;
    const path = lines.map((said) => decoded(said, HASH));
    let checkpoint = null;
    try {
      checkpoint = gap < 0 ? null : checkpointOf(utf8.decode(written.subarray(gap + 2)));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    if (!checkpoint) throw new Fault("proof.checkpoint", { line: line + 1 });
    return { extra, index: Number(index), path, checkpoint };
  }

  /** Tell what was handed along with a proof by its form: a leaf, an archive's line, or a bare page. */
  async function handedIn(written) {
    const ends = /\r?\n?$/.exec(latin1.decode(written.subarray(-2)))[0].length; // an editor's
    const bare = written.subarray(0, written.length - ends);
    if (LEAF.test(latin1.decode(bare))) return { data: bare };
    const leaf = bare.includes(10) ? null : readLeaf(joined(bare, Uint8Array.of(10)));
    if (!leaf) return { digest: hex(await sha256(bare)) };
    const { content, data } = await hashesOf(leaf);
    return { digest: content, data: bytesOf(data), index: leaf.index };
  }

  /**
   * Read what a proof is to be held against; null where that is not given, cannot be read, or is for
   * an archive. The older checkpoints are those that announce the keys after the key.
   */
  async function proofAsked({ key = "", witnesses = [], older = [], leaf = null, against = null }) {
    const wanted = key && !against && (!leaf || leaf.size <= LINE_MOST) && (await asked({ key, witnesses, older }));
    if (!wanted) return null;
    const turns = wanted.older.sort((one, other) => one.size - other.size);
    const keys = [wanted.key, ...(await Promise.all(turns.map((it) => verifierKey(it.successor))))];
    if (!keys.every(Boolean)) return null;
    const handed = leaf && (await handedIn(new Uint8Array(await leaf.arrayBuffer())));
    return { keys, turns, witnesses: wanted.witnesses, handed };
  }

  /** Check the leaf, then who signed, then the way from the one to the other; throw a Fault. */
  async function proven(written, { keys, turns, witnesses, handed }, signatures) {
    const { extra, index, path, checkpoint } = proofOf(written);
    const data = extra ?? handed?.data;
    const [, hash, position, number, at] = (data && LEAF.exec(latin1.decode(data))) ?? [];
    if (!hash) throw new Fault("proof.leaf", { line: 2 });
    const place = { index, kind: position ? "event" : "access", number: Number(position ?? number) };
    const isHanded =
      (!handed?.data || equal(handed.data, data)) &&
      (handed?.digest ?? hash) === hash &&
      (handed?.index ?? index) === index;
    if (!isHanded) throw new Fault("proof.handed", place);
    if (checkpoint.origin !== keys[0].name) throw new Fault("proof.origin", { name: checkpoint.origin });
    const turned = await signatures.wrongTurn(keys, turns, Infinity);
    if (turned !== null) throw new Fault("key.succession", { number: turned });
    const signer = await signatures.signer(checkpoint, keys, turns);
    if (!signer) throw new Fault("proof.signature");
    if (index >= checkpoint.size) throw new Fault("proof.index", place);
    const root = await rootAbove(await Tree.leaf(data), index, checkpoint.size, path);
    if (!root) throw new Fault("proof.length", place);
    if (!equal(root, checkpoint.root)) throw new Fault("proof.root", place);
    const seen = [];
    for (const witness of witnesses) {
      const time = await signatures.cosigned(checkpoint, witness);
      if (time === null) throw new Fault("proof.witness", { ...place, name: witness.name });
      seen.push({ name: witness.name, time: time ?? null });
    }
    const known = [...keys, ...witnesses].flatMap((key) => signaturesOf(checkpoint, key));
    return {
      origin: checkpoint.origin,
      size: checkpoint.size,
      root: base64(checkpoint.root),
      ...place,
      hash,
      recorded_at: at,
      content_compared: Boolean(handed?.digest),
      key: signer.vkey,
      witnesses: seen,
      unread: checkpoint.signatures.filter((it) => !known.includes(it)).map((it) => it.name),
    };
  }

  /** Verify a proof, a Blob or File; null where it is too long to be one. */
  async function verifyProof(blob, sought) {
    if (blob.size > PROOF_MOST) return null;
    const signatures = new Signatures();
    let [found, fault] = [null, null];
    try {
      found = await proven(new Uint8Array(await blob.arrayBuffer()), sought, signatures);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      fault = { code: error.code, ...error.place };
    }
    const { unchecked } = signatures;
    return { ok: fault === null && !unchecked, unchecked, proven: found, fault };
  }

  /** Say whether a Blob begins as a proof does. */
  async function isProof(blob) {
    return latin1.decode(await blob.slice(0, PROOF.length).arrayBuffer()) === PROOF;
  }

  // ---- what was kept of the leaves

  /** What was brought along to compare with cannot be read. */
  class Misuse extends Error {}

  /** Hashes of leaves as somebody kept them, asked for in their order. */
  class Kept {
    constructor(first, hashes) {
      this.hashes = hashes;
      this.first = first;
      this.count = 0;
    }

    /** Take the hashes of so many more leaves: what cannot be read is said by whoever comes to it. */
    async next(most) {
      const found = [];
      let trouble = null;
      try {
        while (found.length < most) {
          const { value, done } = this.first ? { value: this.first } : await this.hashes.next();
          if (done) break;
          this.first = null;
          found.push(value);
        }
      } catch (error) {
        trouble = error;
      }
      this.count += found.length;
      const differs = (at, hash) => {
        if (at < found.length) return !equal(found[at], hash);
        if (trouble) throw trouble;
        return false;
      };
      return { differs };
    }

    /** Return how many more there are. */
    async rest() {
      let more = this.first ? 1 : 0;
      while (!(await this.hashes.next()).done) more += 1;
      return more;
    }
  }

  async function* hashesInArchive(blob) {
    let [isHeader, begun] = [true, []];
    for await (const block of blocksOf(blob.stream())) {
      begun = block.begun;
      const leaves = [];
      let last = null; // the first line that is no leaf
      for (const line of isHeader ? block.lines.slice(1) : block.lines) {
        const leaf = isClosing(line) ? null : readLeaf(line);
        if (!leaf) {
          last = line;
          break;
        }
        leaves.push(leaf);
      }
      isHeader &&= !block.lines.length;
      for (const leaf of leaves) yield (await hashesOf(leaf)).leaf;
      if (last && isClosing(last)) return;
      if (last) throw new Misuse("damaged");
    }
    const rest = joinedAll(begun);
    if (rest.length && !isHeader && !isClosing(rest)) throw new Misuse("damaged");
  }

  async function* hashesInFile(blob) {
    for (let at = 0; at < blob.size; at += HASH * BATCH) {
      const read = new Uint8Array(await blob.slice(at, at + HASH * BATCH).arrayBuffer());
      for (let one = 0; one < read.length; one += HASH) yield read.subarray(one, one + HASH);
    }
  }

  /** Read an older archive, or a file of 32 bytes for each leaf; null for what is neither or empty. */
  async function keptIn(blob) {
    const begins = latin1.decode(await blob.slice(0, ARCHIVE.length).arrayBuffer());
    if (begins !== ARCHIVE && blob.size % HASH) return null;
    const hashes = begins === ARCHIVE ? hashesInArchive(blob) : hashesInFile(blob);
    try {
      const { value } = await hashes.next();
      return value ? new Kept(value, hashes) : null;
    } catch (error) {
      if (!(error instanceof Misuse)) throw error;
      return null;
    }
  }

  /** Read blocks as they come: the whole lines of each, and the pieces of the one that is begun. */
  async function* blocksOf(stream) {
    const reader = stream.getReader();
    let [begun, length] = [[], 0]; // the pieces of a line whose end is still to come
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = [];
      let at = 0;
      for (let end = value.indexOf(10); end >= 0; end = value.indexOf(10, at)) {
        const last = value.subarray(at, end + 1);
        lines.push(length ? joinedAll([...begun, last]) : last);
        [begun, length] = [[], 0];
        at = end + 1;
      }
      if (at < value.length) begun.push(value.slice(at));
      length += value.length - at;
      yield { lines, begun, length };
    }
  }

  const trimmed = (text) => text.replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, "");

  /** Return a file's text, or one that nothing can be read from where it is not UTF-8. */
  async function textOf(blob) {
    try {
      return utf8.decode(await blob.arrayBuffer());
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return "";
    }
  }

  /** Read what somebody typed or chose; return null where a part of it cannot be read. */
  async function asked({ key = "", witnesses = [], older = [], against = null }) {
    const readKey = key ? await verifierKey(trimmed(key)) : undefined;
    const readWitnesses = await Promise.all(witnesses.map(trimmed).map(verifierKey));
    const readOlder = older.map(checkpointKept);
    const kept = against && (await keptIn(against));
    const usable =
      (readKey === undefined || readKey?.algorithm === LOG_KEY) &&
      readWitnesses.every((it) => it?.algorithm === WITNESS_KEY) &&
      readOlder.every(Boolean) &&
      (!against || kept);
    return usable ? { key: readKey, witnesses: readWitnesses, older: readOlder, kept } : null;
  }

  /**
   * Verify a Blob or File; `progress` hears how many leaves and bytes were read so far. Null where
   * what it is compared with turns out to be damaged.
   */
  async function verify(blob, wanted, progress = () => {}) {
    const reading = new Reading(wanted);
    let [fault, bytes, rest] = [null, 0, 0];
    try {
      for await (const { lines, length } of blocksOf(blob.stream())) {
        await reading.take(lines);
        reading.ensureShort(length);
        bytes += lines.reduce((sum, line) => sum + line.length, 0);
        rest = length;
        progress(reading.tree.size, bytes);
      }
      reading.end(rest);
    } catch (error) {
      if (error instanceof Misuse) return null;
      if (!(error instanceof Fault)) throw error;
      fault = { code: error.code, ...error.place };
    }
    return {
      ok: fault === null && !reading.signatures.unchecked,
      unchecked: reading.signatures.unchecked,
      origin: reading.header?.origin ?? "",
      size: reading.tree.size,
      root: base64(await reading.tree.root()),
      events: reading.counts.event,
      accesses: reading.counts.access,
      key: reading.header?.key.vkey ?? null,
      keys: reading.keys,
      pinned: Boolean(wanted.key),
      witnesses: reading.witnesses,
      older: reading.agreed,
      compared: wanted.kept ? Math.min(wanted.kept.count, reading.tree.size) : null,
      fault,
    };
  }

  globalThis.JejakVerifier = { asked, isProof, proofAsked, textOf, trimmed, verify, verifyProof };
})();
