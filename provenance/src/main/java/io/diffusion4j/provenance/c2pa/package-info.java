/**
 * C2PA manifests (Content Credentials, specification 2.1): a signed claim in the file that a model
 * created the picture, bound to the bytes of the file.
 *
 * <pre>{@code
 * var signer = new ManifestSigner(key, List.of(certificate, authority), Instant.now());
 * byte[] png = signer.sign(PictureFile.of(file)).bytes();
 * }</pre>
 *
 * <p>A manifest has two assertions: {@code c2pa.actions.v2}, which states that the picture was
 * created by a trained model, and {@code c2pa.hash.data}, the hash of the file without the
 * manifest. The claim lists both by their hashes and is signed with COSE (RFC 9052). The structures
 * are CBOR (RFC 8949) in JUMBF boxes (ISO 19566-5); only the parts that these manifests need are
 * here, and no reader: manifests are checked by other verifiers.
 *
 * <p>Not here: timestamps, ingredients, thumbnails and revocation.
 */
@NullMarked
package io.diffusion4j.provenance.c2pa;

import org.jspecify.annotations.NullMarked;
