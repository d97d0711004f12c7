package io.diffusion4j.latent;

import io.diffusion4j.nn.Manifest;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/** The published networks by the number of their parameters, in which no two of them agree. */
final class PublishedNetwork {
  private static final Map<Long, String> NAMES =
      Map.ofEntries(
          Map.entry(859_520_964L, "Stable Diffusion 1.x"),
          Map.entry(859_535_364L, "Stable Diffusion 1.x for inpainting"),
          Map.entry(865_910_724L, "Stable Diffusion 2.x"),
          Map.entry(865_925_124L, "Stable Diffusion 2.x for inpainting"),
          Map.entry(859_602_884L, "LCM of Stable Diffusion 1.x"),
          Map.entry(579_384_964L, "BK-SDM-Base or small-sd"),
          Map.entry(482_346_884L, "BK-SDM-Small"),
          Map.entry(323_384_964L, "BK-SDM-Tiny or tiny-sd"),
          Map.entry(326_825_604L, "BK-SDM-v2-Tiny"),
          Map.entry(315_746_244L, "SDXS-512-DreamShaper"),
          Map.entry(328_177_284L, "SDXS-512-0.9"),
          Map.entry(870_173_124L, "Stable unCLIP of OpenCLIP ViT-H/14"),
          Map.entry(869_517_764L, "Stable unCLIP of CLIP ViT-L/14"),
          Map.entry(83_653_863L, "Stable Diffusion's autoencoder"),
          Map.entry(2_445_063L, "TAESD"),
          Map.entry(123_060_480L, "CLIP ViT-L/14, of Stable Diffusion 1.x"),
          Map.entry(340_387_840L, "OpenCLIP ViT-H/14, of Stable Diffusion 2.x"));

  /** The factors that the networks of these sizes multiply latents by. */
  private static final Map<Long, Double> SCALING_FACTORS =
      Map.of(83_653_863L, 0.18215, 2_445_063L, 1.0);

  private PublishedNetwork() {}

  /** Returns the name of the published network of this size; empty for another size. */
  static Optional<String> of(Manifest manifest) {
    return Optional.ofNullable(NAMES.get(parameters(manifest)))
        .map(name -> "of the size of " + name);
  }

  /**
   * Returns the scaling factor of Stable Diffusion's autoencoder of this size; empty for others.
   */
  static Optional<Double> scalingFactor(Manifest manifest) {
    return Optional.ofNullable(SCALING_FACTORS.get(parameters(manifest)));
  }

  private static long parameters(Manifest manifest) {
    return manifest.shapes().values().stream()
        .mapToLong(shape -> LongStream.of(shape).reduce(1, Math::multiplyExact))
        .sum();
  }
}
