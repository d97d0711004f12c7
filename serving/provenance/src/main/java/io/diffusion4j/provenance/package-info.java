/**
 * Where pictures come from: every written file declares in XMP that a model drew it, and can carry
 * a signature over pixels and recipe, a C2PA manifest that other people's tools check, and an
 * invisible watermark. {@link io.diffusion4j.provenance.Provenance} writes the marks, {@link
 * io.diffusion4j.provenance.Verifier} judges files; the coded pixels are copied byte by byte
 * ({@link io.diffusion4j.provenance.MarkedFile}):
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
 * <p>Not here: timestamps by an authority, revocation of keys, a reader of manifests, encrypted
 * keys.
 */
@NullMarked
package io.diffusion4j.provenance;

import org.jspecify.annotations.NullMarked;
