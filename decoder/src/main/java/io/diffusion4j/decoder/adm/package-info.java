/**
 * Networks of guided-diffusion and GLIDE in OpenAI's own layout, opened as denoisers.
 *
 * <p>{@link io.diffusion4j.decoder.adm.AdmModel} loads a folder that {@link
 * io.diffusion4j.decoder.adm.AdmFolders} describes; {@link io.diffusion4j.decoder.unet.Beside} is
 * what a network reads beside the sample, such as a smaller picture.
 */
@NullMarked
package io.diffusion4j.decoder.adm;

import org.jspecify.annotations.NullMarked;
