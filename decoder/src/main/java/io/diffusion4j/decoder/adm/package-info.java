/**
 * Networks of guided-diffusion and GLIDE in OpenAI's layout (Dhariwal &amp; Nichol 2021), loaded as
 * denoisers.
 *
 * <pre>{@code
 * try (AdmModel model =
 *     AdmModel.load(
 *         Path.of("256x256_diffusion"),
 *         Parameterization.EPS,
 *         Compute.of(Precision.FLOAT32))) {
 *   Denoiser<AdmCondition> denoiser = model.denoiser();
 * }
 * }</pre>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.decoder.adm.AdmModel} is a network with its weights, {@link
 *       io.diffusion4j.decoder.adm.AdmNetwork} the network alone.
 *   <li>{@link io.diffusion4j.decoder.adm.AdmCondition} is a class, a small image, both, or
 *       nothing.
 *   <li>{@link io.diffusion4j.decoder.adm.AdmFile} recognises the published files and converts them
 *       to folders; {@link io.diffusion4j.decoder.adm.AdmFolders} reads and writes the folders.
 * </ul>
 *
 * <p>The layers are those of {@code io.diffusion4j.decoder.unet}, under OpenAI's keys. Text for
 * GLIDE's networks is encoded in the module {@code glide}, classifiers are in {@code
 * io.diffusion4j.decoder.classifier}.
 */
@NullMarked
package io.diffusion4j.decoder.adm;

import org.jspecify.annotations.NullMarked;
