/**
 * C2PA manifests (Content Credentials, specification 2.1): a signed claim in the file that a model
 * created the picture, bound to the bytes of the file.
 *
 * <pre>{@code
 * var signer = new ManifestSigner(key, List.of(certificate, authority), InstantSource.system());
 * var source = SourceType.TRAINED_ALGORITHMIC_MEDIA;
 * byte[] png = signer.sign(PictureFile.of(file), source).bytes();
 * }</pre>
 *
 * <p>A manifest has two assertions: {@code c2pa.actions.v2}, which states that the picture was
 * created by a trained model, and {@code c2pa.hash.data}, the hash of the file without the
 * manifest. The claim lists both by their hashes and is signed with COSE (RFC 9052). The structures
 * are CBOR (RFC 8949) in JUMBF boxes (ISO 19566-5); only the parts that these manifests need are
 * here.
 *
 * <p>{@link io.diffusion4j.provenance.c2pa.ManifestSigner} is the only public type. It chooses the
 * signature algorithm for the key: ES256, ES384 or Ed25519. A certificate that verifiers would
 * refuse, for example an expired one or that of an authority, is an error of the constructor. The
 * hash covers the file around the manifest and names the manifest's place, which depends on its
 * size, so signing repeats until the place is stable. A signer is immutable and thread-safe.
 *
 * <p>Signatures by a key without a certificate are simpler and can be verified by {@code
 * diffusion4j verify}: see {@link io.diffusion4j.provenance.SigningKey}. Use C2PA when other
 * programs must verify the origin.
 *
 * <p>Not here: a reader, because manifests are checked by other verifiers; timestamps by an
 * authority; ingredients, thumbnails and revocation.
 */
@NullMarked
package io.diffusion4j.provenance.c2pa;

import org.jspecify.annotations.NullMarked;
