/**
 * U-ViT (Bao et al. 2023), a vision transformer with the long skips of a U-Net.
 *
 * <p>The time and the class are not added to anything: they are tokens in front of the patches. Of
 * the blocks, those of the second half are also given what those of the first half answered, the
 * last one first:
 *
 * <pre>{@code
 * var shape = UvitConfig.of(32, 2, 3, 12, 512, 8); // 32×32 pixels, patches of 2×2, 12 blocks
 * Network network = Network.of((nn, inputs) -> List.of(
 *     shape.forward(
 *         nn,
 *         nn.input(inputs.floats("sample", 32, 32, 3)),
 *         nn.input(inputs.floats("time", shape.width())),
 *         List.of())));
 * }</pre>
 *
 * <p>Keys are those of the published state dicts, and {@link
 * io.diffusion4j.decoder.uvit.UvitSettings} has the arguments of the original's constructor, since
 * no published file holds them. Against {@link io.diffusion4j.decoder.dit DiT}, it learns the
 * places of the patches, so it draws images of one size only. The network that reads text is not
 * here.
 */
@NullMarked
package io.diffusion4j.decoder.uvit;

import org.jspecify.annotations.NullMarked;
