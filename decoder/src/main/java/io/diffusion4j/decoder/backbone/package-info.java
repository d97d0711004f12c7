/**
 * The interface of networks that denoise images.
 *
 * <p>A {@link io.diffusion4j.decoder.backbone.Backbone} is a shape, such as widths and depths,
 * together with the layers that it implies. Models depend on this interface only, so the U-Net and
 * DiT are interchangeable in a decoder:
 *
 * <pre>{@code
 * Backbone backbone = DitConfig.of(32, 4, 6, 384, 6); // or a UnetConfig
 * NetworkDefinition network = DecoderModel.network(backbone, 0); // without context tokens
 * }</pre>
 *
 * <p>A backbone has no weights: it is data until an engine compiles it. Checkpoint keys and
 * settings files are each implementation's own, as published.
 */
@NullMarked
package io.diffusion4j.decoder.backbone;

import org.jspecify.annotations.NullMarked;
