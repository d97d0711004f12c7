/**
 * An invisible watermark in the pixels, and its detector with an exact rate of false positives.
 *
 * <pre>{@code
 * WatermarkKey.create(Path.of("watermark.key"));
 * var watermark = new Watermark(WatermarkKey.read(Path.of("watermark.key")));
 * Image marked = watermark.embed(image);
 * Detection found = watermark.detect(marked); // found.falsePositive() < 1e-6
 * }</pre>
 *
 * <p>It is a spread-spectrum mark (Cox et al. 1997) of one bit, embedded with knowledge of the
 * picture (Miller et al. 2004). The brightness is folded into one tile of 64×64; middle frequencies
 * of the tile carry a secret pattern of signs, and the embedder moves those coefficients that are
 * cheap to move to the secret side. The detector counts equal signs, at each of the 4,096 shifts of
 * the tile, because cropping shifts it. For a picture that does not depend on the key, each sign
 * agrees with probability ½ independently of the others, so the count is binomial and its tail,
 * times the number of shifts, bounds the probability of a false alarm.
 *
 * <p>A brighter picture clips a light background to a flat area without a mark. So the embedder
 * also computes the brighter picture, and adds more to the pixels that stay below white until
 * enough signs agree there.
 *
 * <p>{@link io.diffusion4j.provenance.watermark.Watermark} is thread-safe. The key suffices to
 * embed and to detect, so keep it on the server; {@link
 * io.diffusion4j.provenance.watermark.WatermarkKey} refuses a file that others can read.
 *
 * <p>It survives recompression, cropping, changes of brightness, and scaling that is undone. It
 * does not survive rotation, mirroring, or another size; and anybody with the key can remove it.
 */
@NullMarked
package io.diffusion4j.provenance.watermark;

import org.jspecify.annotations.NullMarked;
