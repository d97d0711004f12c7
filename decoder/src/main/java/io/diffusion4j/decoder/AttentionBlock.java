package io.diffusion4j.decoder;

import io.diffusion4j.tf.nn.Init;
import io.diffusion4j.tf.nn.Nn;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/**
 * Attention of all pixels to all pixels and to the context tokens, with diffusers' keys ({@code
 * Attention} with {@code AttnAddedKVProcessor}). Context tokens come first on the key axis.
 *
 * @param unet the network's shape
 */
record AttentionBlock(UnetConfig unet) {
  /** Shapes: x {@code [B, H, W, C]} → the same. */
  Operand<TFloating> forward(Nn nn, Operand<TFloating> x, List<Context> context) {
    long height = x.shape().get(1);
    long width = x.shape().get(2);
    long channels = Nn.last(x);
    var n =
        nn.reshape(
            nn.at("group_norm").groupNorm(x, unet.groups(), unet.eps()),
            -1,
            height * width,
            channels);
    var q = nn.at("to_q").linear(n, channels);
    var k = nn.at("to_k").linear(n, channels);
    var v = nn.at("to_v").linear(n, channels);
    for (Context c : context) {
      k = nn.concat(1, List.of(nn.at("add_k_proj").linear(c.tokens(), channels), k));
      v = nn.concat(1, List.of(nn.at("add_v_proj").linear(c.tokens(), channels), v));
    }
    int heads = Math.toIntExact(channels / unet.headDim());
    var masks = context.stream().map(c -> c.mask(nn, height * width)).toList();
    var h = nn.attention(q, k, v, heads, masks);
    h = nn.at("to_out.0").linear(h, channels, Init.ZEROS);
    return nn.add(x, nn.reshape(h, -1, height, width, channels));
  }
}
