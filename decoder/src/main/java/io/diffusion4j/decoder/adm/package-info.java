/**
 * The files and folders of guided-diffusion's U-Nets in OpenAI's layout (Dhariwal &amp; Nichol
 * 2021).
 *
 * <p>{@link io.diffusion4j.decoder.adm.AdmFile} recognises the published files and converts them to
 * folders, which {@link io.diffusion4j.decoder.adm.AdmFolders} reads and writes. The network is a
 * {@link io.diffusion4j.decoder.unet.UnetNetwork} of the layout {@link
 * io.diffusion4j.decoder.unet.UnetLayout#OPENAI}.
 */
@NullMarked
package io.diffusion4j.decoder.adm;

import org.jspecify.annotations.NullMarked;
