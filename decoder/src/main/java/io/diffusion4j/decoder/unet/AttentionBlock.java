package io.diffusion4j.decoder.unet;

import io.diffusion4j.decoder.backbone.Context;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import java.util.List;

/**
 * Attention of all pixels to all pixels and to the context tokens. Context tokens come first on the
 * key axis.
 *
 * @param normGroups groups of the pixels' normalisation; 0 without it
 * @param scale divisor of the sum with the input
 */
record AttentionBlock(UnetShape unet, int heads, int normGroups, double scale) {
  /** Shapes: x {@code [B, H, W, C]} → the same. */
  Tensor forward(Nn nn, Tensor x, List<Context> context) {
    long height = x.size(1);
    long width = x.size(2);
    long channels = x.last();
    var projections = unet.keys().attention();
    var normed =
        normGroups == 0 ? x : nn.at(projections.norm()).groupNorm(x, normGroups, unet.eps());
    var n = nn.reshape(normed, -1, height * width, channels);
    var qkv = projections.in(nn, n, context.stream().map(Context::tokens).toList(), heads);
    var masks = context.stream().flatMap(c -> c.mask(nn, height * width).stream()).toList();
    var h = projections.out(nn, nn.attention(qkv.q(), qkv.k(), qkv.v(), heads, masks));
    return ResBlock.over(nn, nn.add(x, nn.reshape(h, -1, height, width, channels)), scale);
  }
}
