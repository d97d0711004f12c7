package io.diffusion4j.training.preset;

import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.decoder.TextProjection;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.prior.AutoregressiveConfig;
import io.diffusion4j.prior.PriorConfig;
import io.diffusion4j.training.strict.Faults;
import io.diffusion4j.training.strict.RecordFile;
import java.util.Optional;

/**
 * The sizes of all parts of a model, and how long and how fast each is trained.
 *
 * @param name what folders and the notes of weights call it
 * @param clip CLIP
 * @param prior the diffusion prior
 * @param priorAr the autoregressive prior
 * @param decoder the decoder
 * @param upsampler the upsampler
 */
public record Preset(
    String name,
    ClipPreset clip,
    PriorPreset prior,
    AutoregressivePreset priorAr,
    DecoderPreset decoder,
    UpsamplerPreset upsampler) {
  private static final String NAME = "[a-z0-9]+(-[a-z0-9]+)*";

  public Preset {
    var faults = new Faults();
    checkName(faults, name);
    checkFit(
        faults,
        Optional.of(clip),
        Optional.of(priorAr),
        Optional.of(decoder),
        Optional.of(upsampler));
    faults.throwIfAny();
  }

  /**
   * Takes a preset from a file, whose other sections are the caller's to take.
   *
   * @return empty if it is faulty, which {@link RecordFile#end} reports
   */
  public static Optional<Preset> take(RecordFile file) {
    var name = file.take("name", String.class);
    var clip = file.take("clip", ClipPreset.class);
    var prior = file.take("prior", PriorPreset.class);
    var priorAr = file.take("prior-ar", AutoregressivePreset.class);
    var decoder = file.take("decoder", DecoderPreset.class);
    var upsampler = file.take("upsampler", UpsamplerPreset.class);
    int before = file.faults().count();
    name.ifPresent(n -> checkName(file.faults(), n));
    checkFit(file.faults(), clip, priorAr, decoder, upsampler);
    boolean fits = file.faults().count() == before;
    return fits
            && name.isPresent()
            && clip.isPresent()
            && prior.isPresent()
            && priorAr.isPresent()
            && decoder.isPresent()
            && upsampler.isPresent()
        ? Optional.of(
            new Preset(
                name.get(), clip.get(), prior.get(), priorAr.get(), decoder.get(), upsampler.get()))
        : Optional.empty();
  }

  private static void checkName(Faults faults, String name) {
    faults.require(
        name.matches(NAME), "name", name, "lower-case letters, digits and hyphens between them");
  }

  /** Checks what parts have to do with each other, as far as they are there. */
  private static void checkFit(
      Faults faults,
      Optional<ClipPreset> clip,
      Optional<AutoregressivePreset> priorAr,
      Optional<DecoderPreset> decoder,
      Optional<UpsamplerPreset> upsampler) {
    if (clip.isPresent() && priorAr.isPresent()) {
      int components = priorAr.get().components();
      int embedding = clip.get().embedding();
      faults.require(
          components <= embedding,
          "prior-ar.components",
          components,
          "≤ clip.embedding " + embedding);
    }
    if (decoder.isPresent() && upsampler.isPresent()) {
      int large = upsampler.get().size();
      int small = decoder.get().size();
      faults.require(large >= small, "upsampler.size", large, "≥ decoder.size " + small);
    }
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
