/**
 * Where pictures come from: every written file declares that a model drew it, and can carry a
 * signature, a C2PA manifest and an invisible watermark.
 *
 * <p>{@link io.diffusion4j.provenance.Provenance} writes files, {@link
 * io.diffusion4j.provenance.Verifier} judges them:
 *
 * <pre>{@code
 * Provenance provenance = Provenance.DECLARED.withKey(SigningKey.read(Path.of("signing.key")));
 * var recipe = Optional.of(new Recipe("Diffusion4J recipe", json));
 * byte[] png = provenance.encode(image, recipe, SourceType.TRAINED_ALGORITHMIC_MEDIA);
 *
 * var verifier = new Verifier(List.of(TrustedKey.read(Path.of("signing.key.pub"))), List.of());
 * Finding finding = verifier.verify(png, "Diffusion4J recipe", 1L << 24);
 * }</pre>
 *
 * <p>The uses of each mark:
 *
 * <ul>
 *   <li>XMP with the IPTC's {@code digitalSourceType} {@code trainedAlgorithmicMedia}: a
 *       machine-readable declaration, which anybody can remove or forge. Always written.
 *   <li>An Ed25519 signature over the pixels and the recipe: survives a change of the file that
 *       keeps both, such as another compression of a PNG, and reveals changed pixels. Stored in the
 *       XMP packet.
 *   <li>A C2PA manifest ({@link io.diffusion4j.provenance.c2pa}): bound to the bytes of the file,
 *       and checked by other people's tools.
 *   <li>A watermark ({@link io.diffusion4j.provenance.watermark}): in the pixels, so it survives
 *       recompression and the loss of all metadata. It changes the pixels a little.
 * </ul>
 *
 * <p>Not here: timestamps by an authority, revocation of keys, and manifests with ingredients.
 */
@NullMarked
package io.diffusion4j.provenance;

import org.jspecify.annotations.NullMarked;
