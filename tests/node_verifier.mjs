// Runs api/pages/static/verifier.js over a folder of archives or of proofs; prints one verdict per line.
import { existsSync, openAsBlob, readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";

const [script, folder] = process.argv.slice(2);
runInThisContext(readFileSync(script, "utf-8"));
for (const { name, asked } of JSON.parse(readFileSync(`${folder}/index.json`, "utf-8"))) {
  const proof = `${folder}/${name}.tlog-proof`;
  if (existsSync(proof)) {
    const leaf = asked.leaf === undefined ? null : new Blob([asked.leaf]);
    const sought = await JejakVerifier.proofAsked({ ...asked, older: asked.announcements, leaf });
    const verdict = sought && await JejakVerifier.verifyProof(await openAsBlob(proof), sought);
    console.log(JSON.stringify({ name, verdict }));
    continue;
  }
  const against = asked.against && await openAsBlob(`${folder}/${asked.against}`);
  const wanted = await JejakVerifier.asked({ ...asked, against });
  const verdict = wanted && await JejakVerifier.verify(await openAsBlob(`${folder}/${name}.ndjson`), wanted);
  console.log(JSON.stringify({ name, verdict }));
}
