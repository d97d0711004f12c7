package io.diffusion4j.training.preset;

import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.decoder.TextProjection;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.prior.AutoregressiveConfig;
import io.diffusion4j.prior.PriorConfig;
import io.diffusion4j.training.strict.Faults;

/**
 * The sizes of all parts of a model, and how long and how fast each is trained.
 *
 * @param name what folders and the notes of weights call it
 */
public record Preset(
    String name,
    ClipPreset clip,
    PriorPreset prior,
    AutoregressivePreset priorAr,
    DecoderPreset decoder,
    UpsamplerPreset upsampler) {
  private static final String NAME = "[a-z0-9]+(-[a-z0-9]+)*";

  /** Parts may be null while a faulty file is read. */
  public Preset {
    var faults = new Faults();
    faults.require(
        name.matches(NAME), "name", name, "lower-case letters, digits and hyphens between them");
    if (clip != null && priorAr != null) {
      faults.require(
          priorAr.components() <= clip.embedding(),
          "prior-ar.components",
          priorAr.components(),
          "≤ clip.embedding " + clip.embedding());
    }
    if (decoder != null && upsampler != null) {
      faults.require(
          upsampler.size() >= decoder.size(),
          "upsampler.size",
          upsampler.size(),
          "≥ decoder.size " + decoder.size());
    }
    faults.throwIfAny();
  }

  /** Height and width of the images that the model draws. */
  public int imageSize() {
    return upsampler.size();
  }

  /** CLIP's image tower. */
  public ClipVisionNetwork vision() {
    return clip.visionNetwork();
  }

  /** The shape of the diffusion prior. */
  public PriorConfig priorConfig() {
    return prior.config(clip);
  }

  /** The shape of the autoregressive prior. */
  public AutoregressiveConfig autoregressiveConfig() {
    return priorAr.config(clip, prior);
  }

  /** The shape of the decoder. */
  public UnetConfig decoderConfig() {
    return decoder.config();
  }

  /** The shape of the decoder's projection. */
  public TextProjection projection() {
    return decoder.projection(clip);
  }

  /** The shape of the upsampler's networks. */
  public UnetConfig upsamplerConfig() {
    return upsampler.config();
  }
}
