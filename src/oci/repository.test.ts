import assert from "node:assert/strict";
import { test } from "node:test";
import { pushArtifact, selectLayer } from "./artifact.ts";
import { parseDockerConfig } from "./docker-config.ts";
import { OciError } from "./errors.ts";
import { craneText } from "./refusal.ts";
import { parseReference } from "./reference.ts";
import { openRepository } from "./repository.ts";
import { platformFetch, registries } from "./testing/registry.ts";
import { mediaTypes } from "./types.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const layerType = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const config = { content: bytes("{}"), mediaType: "application/vnd.cncf.helm.config.v1+json" };

for (const { name: registry, skip, start } of registries) {
  test(`Repository on ${registry}: what was pushed is resolved, listed and pulled`, { skip }, async (t) => {
    const host = await start(t);
    const repository = openRepository(parseReference(`oci://${host}/charts/web`), {
      fetch: platformFetch,
      plainHttp: true,
    });
    const annotations = { "org.opencontainers.image.version": "1.0.0" };
    const pushed = await pushArtifact(repository, {
      tag: "1.0.0",
      config,
      layers: [{ content: bytes("archive"), mediaType: layerType }],
      annotations,
    });
    const again = await pushArtifact(repository, {
      tag: "1.1.0_b1",
      config,
      layers: [{ content: bytes("archive"), mediaType: layerType }],
    });
    assert.notEqual(again.digest, pushed.digest);
    assert.deepEqual(await repository.resolve("1.0.0"), pushed);
    assert.deepEqual(await repository.resolve(pushed.digest), pushed);
    assert.deepEqual([...(await repository.tags())].toSorted(), ["1.0.0", "1.1.0_b1"]);
    const { manifest, descriptor } = await repository.manifest("1.0.0");
    assert.equal(descriptor.digest, pushed.digest);
    assert.deepEqual(manifest.annotations, annotations);
    const layer = selectLayer(manifest, layerType);
    assert.ok(layer);
    assert.deepEqual(await repository.blob(layer, 100), Buffer.from("archive"));
    await assert.rejects(repository.blob(layer, 3), { code: "TooLarge" });
    assert.equal(selectLayer(manifest, "application/other"), undefined);
  });

  test(`Repository on ${registry}: a registry with users lets in who is in the Docker configuration`, {
    skip,
  }, async (t) => {
    const host = await start(t, { username: "me", password: "pass" });
    const name = parseReference(`${host}/charts/web`);
    const options = { fetch: platformFetch, plainHttp: true };
    const auth = Buffer.from("me:pass").toString("base64");
    const known = parseDockerConfig(JSON.stringify({ auths: { [host]: { auth } } }));
    await pushArtifact(openRepository(name, { ...options, keychain: known }), {
      tag: "1.0.0",
      config,
      layers: [{ content: bytes("archive"), mediaType: layerType }],
    });
    assert.deepEqual(await openRepository(name, { ...options, keychain: known }).tags(), ["1.0.0"]);
    await assert.rejects(openRepository(name, options).tags(), {
      code: "Unauthorized",
      message: `GET "http://${host}/v2/charts/web/tags/list": basic credential not found`,
    });
    const wrong = parseDockerConfig(JSON.stringify({ auths: { [host]: { username: "me", password: "wrong" } } }));
    await assert.rejects(openRepository(name, { ...options, keychain: wrong }).tags(), (error: Error) => {
      assert.match(error.message, /response status code 401/);
      assert.doesNotMatch(error.message, /wrong/);
      return true;
    });
  });

  test(`Repository on ${registry}: says what is missing`, { skip }, async (t) => {
    const host = await start(t);
    const repository = openRepository(parseReference(`${host}/nope`), { fetch: platformFetch, plainHttp: true });
    await assert.rejects(repository.tags(), {
      code: "NotFound",
      message: `GET "http://${host}/v2/nope/tags/list": response status code 404: name unknown: repository name not known to registry: map[name:nope]`,
    });
    await assert.rejects(repository.resolve("latest"), {
      code: "NotFound",
      message: `GET "http://${host}/v2/nope/manifests/latest": response status code 404: manifest unknown: manifest unknown: map[Tag:latest]`,
    });
    const error = await repository.resolve("latest").catch((thrown: unknown) => thrown);
    assert.ok(error instanceof OciError);
    assert.equal(
      craneText(error),
      `GET http://${host}/v2/nope/manifests/latest: MANIFEST_UNKNOWN: manifest unknown; map[Tag:latest]`,
    );
    await assert.rejects(repository.resolve("../../x"), { code: "InvalidReference" });
  });

  test(`Repository on ${registry}: finds what is about a manifest, by the API or by the tag for it`, {
    skip,
  }, async (t) => {
    const host = await start(t);
    const repository = openRepository(parseReference(`${host}/web`), { fetch: platformFetch, plainHttp: true });
    const layers = [{ content: bytes("archive"), mediaType: layerType }];
    const subject = await pushArtifact(repository, { tag: "1.0.0", config, layers });
    assert.deepEqual(await repository.referrers(subject.digest), []);
    const described = await repository.pushBlob(config.content, config.mediaType);
    const { manifest: mediaType } = mediaTypes;
    const document = { schemaVersion: 2, mediaType, artifactType: "a/b", config: described, layers: [], subject };
    const about = await repository.pushManifest({ content: bytes(JSON.stringify(document)), mediaType }, "about");
    // What clients do where a registry has no API for it.
    const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [{ ...about, artifactType: "a/b" }] };
    const fallback = { content: bytes(JSON.stringify(index)), mediaType: mediaTypes.index };
    await repository.pushManifest(fallback, subject.digest.replace(":", "-"));
    assert.deepEqual(await repository.referrers(subject.digest), [{ ...about, artifactType: "a/b" }]);
  });
}
