/**
 * Files of the original latent diffusion repositories (Rombach et al. 2022; Stable Diffusion 1.x
 * and 2.x): their names for the tensors of diffusers' networks.
 *
 * <p>{@link io.diffusion4j.checkpoint.ldm.LdmNames} is the table of names of one network, both
 * ways. Its shape, the numbers of levels and layers, is recognised from the names themselves.
 * {@link io.diffusion4j.checkpoint.ldm.LdmCheckpoint} is a single file with a U-Net, an autoencoder
 * and a text tower under such names, read as the networks of a folder, and written from them.
 *
 * <pre>{@code
 * try (var single = LdmCheckpoint.open(Path.of("v1-5-pruned-emaonly.safetensors"))) {
 *   TensorSource unet = single.unet(); // names such as down_blocks.0.resnets.0.conv1.weight
 * }
 * }</pre>
 */
@NullMarked
package io.diffusion4j.checkpoint.ldm;

import org.jspecify.annotations.NullMarked;
