package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.clip.ClipTextNetwork;
import io.diffusion4j.clip.Transformer;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.ddpm.Autoencoder;
import io.diffusion4j.latent.ConditionalUnet.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The shapes of all networks of a folder.
 *
 * @param text the text tower, without projection
 * @param unet the network that denoises latents
 * @param vae the autoencoder between pictures and latents
 * @param scheduler the noise that the U-Net was trained with
 */
public record StableDiffusionConfig(
    ClipTextNetwork text, ConditionalUnet unet, Vae vae, SchedulerConfig scheduler) {
  private static final String PNDM =
      """
      {"_class_name": "PNDMScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear",
       "beta_start": 0.00085, "skip_prk_steps": true, "steps_offset": 1}
      """;
  private static final String DDIM_OF_V =
      """
      {"_class_name": "DDIMScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear",
       "beta_start": 0.00085, "clip_sample": false, "prediction_type": "v_prediction",
       "set_alpha_to_one": false, "steps_offset": 1}
      """;
  private static final String TRAILING_EULER =
      """
      {"_class_name": "EulerDiscreteScheduler", "beta_end": 0.012,
       "beta_schedule": "scaled_linear", "beta_start": 0.00085, "timestep_spacing": "trailing"}
      """;

  /** Returns Stable Diffusion 1.5 as it was published: 1.07 billion parameters. */
  public static StableDiffusionConfig sd15() {
    return new StableDiffusionConfig(clipL(), unet1(4, 0), Vae.Kl.published(), scheduler(PNDM));
  }

  /** Returns Stable Diffusion 2.1 for 768×768 pixels, which predicts v: 1.29 billion parameters. */
  public static StableDiffusionConfig sd21() {
    return new StableDiffusionConfig(
        openClipH(), unet2(96, 4, 0), Vae.Kl.published(), scheduler(DDIM_OF_V));
  }

  /** Returns SDXS-512 of DreamShaper, which draws in one step: 441 million parameters. */
  public static StableDiffusionConfig sdxs() {
    return new StableDiffusionConfig(
        clipL(),
        new ConditionalUnet(64, 4, 4, sdxsLevels(), false, 768, false, 32, 1e-5, 0, 0),
        TinyAutoencoder.published(),
        scheduler(TRAILING_EULER));
  }

  private static List<Level> sdxsLevels() {
    return List.of(
        new Level(320, 1, 8, false, false, false),
        new Level(640, 1, 8, true, true, false),
        new Level(1280, 1, 8, true, true, false));
  }

  /** Returns the structure of 1.5, small enough to try in seconds. */
  public static StableDiffusionConfig small() {
    return new StableDiffusionConfig(
        new ClipTextNetwork(
            new Transformer(64, 256, 2, 2, Activation.QUICK_GELU, 1e-5), 1024, 77, 0),
        new ConditionalUnet(
            8,
            4,
            4,
            levels(List.of(32, 32, 64, 64), List.of(2, 2, 2, 2)),
            true,
            64,
            false,
            16,
            1e-5,
            0,
            0),
        new Vae.Kl(new Autoencoder(4, List.of(16, 16, 32, 32), 1, 16, 0.18215, true, true)),
        scheduler(PNDM));
  }

  /** Returns the text tower of 1.x: that of OpenAI's CLIP ViT-L/14. */
  static ClipTextNetwork clipL() {
    return new ClipTextNetwork(
        new Transformer(768, 3072, 12, 12, Activation.QUICK_GELU, 1e-5), 49408, 77, 0);
  }

  /** Returns the text tower of 2.x: that of OpenCLIP's ViT-H/14 without its last block. */
  static ClipTextNetwork openClipH() {
    return new ClipTextNetwork(
        new Transformer(1024, 4096, 23, 16, Activation.GELU, 1e-5), 49408, 77, 0);
  }

  /**
   * Returns the U-Net of 1.x.
   *
   * @param inChannels 4, or 9 for inpainting
   * @param guidanceDim the width of the embedding of the guidance scale; 0 for none
   */
  static ConditionalUnet unet1(int inChannels, int guidanceDim) {
    return new ConditionalUnet(
        64,
        inChannels,
        4,
        published(List.of(8, 8, 8, 8)),
        true,
        768,
        false,
        32,
        1e-5,
        guidanceDim,
        0);
  }

  /**
   * Returns the U-Net of 2.x.
   *
   * @param sampleSize 64, or 96 for pictures of 768×768 pixels
   * @param inChannels 4, or 9 for inpainting
   * @param labelDim twice the width of image embeddings for Stable unCLIP; 0 for none
   */
  static ConditionalUnet unet2(int sampleSize, int inChannels, int labelDim) {
    return new ConditionalUnet(
        sampleSize,
        inChannels,
        4,
        published(List.of(5, 10, 20, 20)),
        true,
        1024,
        true,
        32,
        1e-5,
        0,
        labelDim);
  }

  private static List<Level> published(List<Integer> heads) {
    return levels(List.of(320, 640, 1280, 1280), heads);
  }

  /** Returns levels of two layers, all but the lowest with attention. */
  private static List<Level> levels(List<Integer> channels, List<Integer> heads) {
    return IntStream.range(0, channels.size())
        .mapToObj(
            i -> {
              boolean attends = i < channels.size() - 1;
              return new Level(channels.get(i), 2, heads.get(i), attends, attends, false);
            })
        .toList();
  }

  private static SchedulerConfig scheduler(String json) {
    return SchedulerConfig.readLatent(
        ComponentConfig.parse(Path.of(SchedulerConfig.FILE_NAME), json));
  }
}
