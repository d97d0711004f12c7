/**
 * The interface of networks that denoise images.
 *
 * <p>A {@link io.diffusion4j.decoder.backbone.Backbone} is a shape, such as widths and depths,
 * together with the layers that it implies. Models depend on this interface only, so the U-Net and
 * DiT are interchangeable in a decoder. A {@link io.diffusion4j.decoder.backbone.Context} is a
 * sequence of tokens that the network's attention also attends to, with the mask of its padding.
 *
 * <pre>{@code
 * Backbone backbone = DitConfig.of(32, 4, 6, 384, 6); // or a UnetConfig
 * NetworkDefinition network = DecoderModel.network(backbone, 0); // without context tokens
 * }</pre>
 *
 * <p>Checkpoint keys and settings are not part of the interface: each implementation has its own.
 */
@NullMarked
package io.diffusion4j.decoder.backbone;

import org.jspecify.annotations.NullMarked;
