package io.diffusion4j.unclip.training;

import static io.diffusion4j.training.DenoiserSizes.checkAttention;
import static io.diffusion4j.training.DenoiserSizes.checkBackbone;
import static io.diffusion4j.training.DenoiserSizes.checkUnet;
import static io.diffusion4j.training.DenoiserSizes.requireHalvings;

import io.diffusion4j.checkpoint.strict.Faults;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.Transformer;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.clip.noised.NoisedTextNetwork;
import io.diffusion4j.clip.noised.NoisedVisionNetwork;
import io.diffusion4j.data.TrainingOption;
import io.diffusion4j.decoder.TextProjection;
import io.diffusion4j.decoder.backbone.Backbone;
import io.diffusion4j.decoder.dit.DitConfig;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.prior.AutoregressiveConfig;
import io.diffusion4j.prior.PriorConfig;
import io.diffusion4j.training.PartTechniques;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.Preset.Architecture;
import io.diffusion4j.training.Preset.Dit;
import io.diffusion4j.training.Preset.Schedule;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of an unCLIP model, and the length and learning rate of its components' training runs.
 */
public record UnclipPreset(
    ClipPreset clip, Prior prior, Autoregressive priorAr, Decoder decoder, Upsampler upsampler) {
  private static final int RGB = 3;
  private static final double EPS = 1e-5;

  /** A value for the upsampler's {@code config.json}, although the upsampler has no attention. */
  private static final int HEAD_WIDTH = 8;

  /** Parts may be null while a faulty file is read. */
  public UnclipPreset {
    var faults = new Faults();
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

  /** Returns the height and width of the images that the model draws. */
  public int imageSize() {
    return upsampler.size();
  }

  /** Returns the shape of CLIP's image tower. */
  public ClipVisionNetwork vision() {
    return clip.visionNetwork();
  }

  /** Returns the shape of the diffusion prior. */
  public PriorConfig priorConfig() {
    return new PriorConfig(
        prior.heads, prior.headWidth, prior.layers, clip.embedding(), clip.text().length());
  }

  /** Returns the shape of the autoregressive prior. */
  public AutoregressiveConfig autoregressiveConfig() {
    return AutoregressiveConfig.like(
        priorConfig(), priorAr.layers, priorAr.components, priorAr.buckets, priorAr.dotBuckets);
  }

  /** Returns the decoder's network, which also learns the variance. */
  public Backbone decoderConfig() {
    return decoder.backbone == Architecture.DIT
        ? dit().withOutChannels(2 * RGB).withContext(decoder.context)
        : decoderUnet();
  }

  private UnetConfig decoderUnet() {
    return new UnetConfig(
        decoder.size,
        RGB,
        2 * RGB,
        decoder.channels,
        decoder.attention,
        true,
        decoder.layers,
        decoder.headWidth,
        decoder.context,
        decoder.groups,
        EPS,
        TimeConditioning.SCALE_SHIFT);
  }

  /** Returns the decoder's projection of CLIP's embeddings. */
  public TextProjection projection() {
    return new TextProjection(
        decoder.tokens, clip.embedding(), decoderConfig().timeEmbedDim(), decoder.context);
  }

  /**
   * Returns the upsampler's U-Nets, whose input is the noised picture and the enlarged small one.
   */
  public UnetConfig upsamplerConfig() {
    return new UnetConfig(
        upsampler.size,
        2 * RGB,
        RGB,
        upsampler.channels,
        Collections.nCopies(upsampler.channels.size(), false),
        false,
        upsampler.layers,
        HEAD_WIDTH,
        0,
        upsampler.groups,
        EPS,
        TimeConditioning.ADD);
  }

  private DitConfig dit() {
    var dit = Objects.requireNonNull(decoder.dit, "dit"); // its section was checked
    return DitConfig.of(decoder.size, dit.patch(), dit.layers(), dit.width(), dit.heads());
  }

  /**
   * Returns the text tower of a noised CLIP, as large as CLIP's.
   *
   * @param tokens the size of the vocabulary that was learned
   */
  public NoisedTextNetwork noisedText(int tokens) {
    var like = clip.textNetwork(tokens);
    return new NoisedTextNetwork(
        noised(like.transformer()), tokens, like.positions(), like.embeddingDim());
  }

  /**
   * Returns the image tower of a noised CLIP, as large as CLIP's, for pictures of the decoder's
   * size with the same number of patches.
   *
   * @param timesteps the timesteps of the forward process
   */
  public NoisedVisionNetwork noisedVision(int timesteps) {
    var like = clip.visionNetwork();
    int across = Math.min(like.imageSize() / like.patch(), decoder.size);
    Check.that(
        decoder.size % across == 0,
        "decoder.size",
        decoder.size,
        "a multiple of the %s patches that pictures are wide",
        across);
    return new NoisedVisionNetwork(
        noised(like.transformer()),
        decoder.size,
        decoder.size / across,
        like.embeddingDim(),
        timesteps);
  }

  private static Transformer noised(Transformer like) {
    return new Transformer(
        like.width(), like.intermediate(), like.layers(), like.heads(), Activation.GELU, EPS);
  }

  /** Techniques before the decay of the learning rate, {@code NAME=VALUE}. */
  static final class WhileConstant {
    /** The techniques that nothing but batches depends on; the last two are of emoji data. */
    private static final List<String> OF_BATCHES =
        List.of(
            PartTechniques.SHIFT.name(),
            PartTechniques.DROP.name(),
            PartTechniques.DENSITY.name(),
            "scenes",
            "captions");

    private WhileConstant() {}

    /**
     * Returns the given techniques.
     *
     * @param more those of the part that nothing but its batches depends on either
     */
    private static List<String> check(
        Faults faults, @Nullable List<String> given, Schedule training, TrainingOption<?>... more) {
      var known = new TreeSet<>(OF_BATCHES);
      Stream.of(more).forEach(option -> known.add(option.name()));
      List<String> techniques = given == null ? List.of() : List.copyOf(given);
      faults.require(
          techniques.isEmpty() || training.decay() != null,
          "while-constant",
          techniques,
          "none without training.decay");
      for (String technique : techniques) {
        faults.require(
            pair(technique).length == 2 && known.contains(pair(technique)[0]),
            "while-constant",
            technique,
            "NAME=VALUE with one of " + String.join(", ", known));
      }
      return techniques;
    }

    /** Returns the techniques by name; none for a finished model, which needs no sizes. */
    static SortedMap<String, String> of(
        Preset preset, Function<UnclipPreset, @Nullable List<String>> part) {
      var values = new TreeMap<String, String>();
      preset.find(UnclipPreset.class).stream()
          .flatMap(sizes -> Objects.requireNonNull(part.apply(sizes)).stream())
          .forEach(technique -> values.put(pair(technique)[0], pair(technique)[1]));
      return values;
    }

    /** Returns name and value, or the only one. */
    private static String[] pair(String technique) {
      return technique.split("=", 2);
    }
  }

  /**
   * The diffusion prior.
   *
   * @param layers transformer blocks
   * @param heads attention heads
   * @param headWidth channels of a head
   * @param statistics the number of image embeddings that both priors take their statistics from
   * @param training how it is trained
   * @param whileConstant techniques, {@code NAME=VALUE}, before the decay of the learning rate;
   *     null if they are the same throughout
   */
  public record Prior(
      int layers,
      int heads,
      int headWidth,
      int statistics,
      Schedule training,
      @Nullable List<String> whileConstant) {
    public Prior {
      var faults = new Faults();
      whileConstant = WhileConstant.check(faults, whileConstant, training);
      faults
          .require(layers >= 1, "layers", layers, "≥ 1")
          .require(heads >= 1, "heads", heads, "≥ 1")
          .require(headWidth >= 1, "head-width", headWidth, "≥ 1")
          .require(
              heads * headWidth % 2 == 0,
              "head-width",
              headWidth,
              "even, or an even number of heads")
          .require(statistics >= 2, "statistics", statistics, "≥ 2")
          .throwIfAny();
    }
  }

  /**
   * The autoregressive prior, whose heads are those of the diffusion prior.
   *
   * @param layers transformer blocks
   * @param components codes of an image embedding
   * @param buckets values of a code
   * @param dotBuckets values of the dot product's token, an even number
   * @param training how it is trained
   */
  public record Autoregressive(
      int layers, int components, int buckets, int dotBuckets, Schedule training) {
    public Autoregressive {
      new Faults()
          .require(layers >= 1, "layers", layers, "≥ 1")
          .require(components >= 2, "components", components, "≥ 2")
          .require(buckets >= 2, "buckets", buckets, "≥ 2")
          .require(
              dotBuckets >= 2 && dotBuckets % 2 == 0,
              "dot-buckets",
              dotBuckets,
              "an even number ≥ 2")
          .throwIfAny();
    }
  }

  /**
   * The decoder, and the projection of embeddings for it.
   *
   * @param size height and width of its pictures
   * @param channels the channels of each level, from the highest resolution down
   * @param attention whether the residual blocks of each level are followed by attention
   * @param layers residual blocks per level on the way down; one more on the way up
   * @param headWidth channels of an attention head
   * @param context width of the context tokens
   * @param tokens the number of context tokens made of an image embedding
   * @param groups the number of groups of the group normalisations
   * @param training how it is trained
   * @param backbone which of the networks it is; null for the U-Net
   * @param dit the sizes of a DiT, in place of those of the U-Net's levels; null if there are none
   * @param whileConstant techniques, {@code NAME=VALUE}, before the decay of the learning rate;
   *     null if they are the same throughout
   */
  public record Decoder(
      int size,
      List<Integer> channels,
      List<Boolean> attention,
      int layers,
      int headWidth,
      int context,
      int tokens,
      int groups,
      Schedule training,
      @Nullable Architecture backbone,
      @Nullable Dit dit,
      @Nullable List<String> whileConstant) {
    public Decoder {
      channels = List.copyOf(channels);
      attention = List.copyOf(attention);
      var faults = new Faults();
      checkUnet(faults, size, channels, layers, groups);
      checkAttention(faults, channels, attention, headWidth);
      checkBackbone(faults, size, backbone, dit);
      whileConstant =
          WhileConstant.check(
              faults,
              whileConstant,
              training,
              PartTechniques.WEIGHTING,
              PartTechniques.LOW_NOISE,
              PartTechniques.TEXT_DROP);
      faults
          .require(context >= 1, "context", context, "≥ 1")
          .require(tokens >= 1, "tokens", tokens, "≥ 1")
          .throwIfAny();
    }
  }

  /**
   * The two networks of the upsampler, which have the same shape and no attention.
   *
   * @param size height and width of its pictures, which are those of the model
   * @param channels the channels of each level, from the highest resolution down
   * @param layers residual blocks per level on the way down; one more on the way up
   * @param groups the number of groups of the group normalisations
   * @param crop height and width of the training crops, at most the size
   * @param training how the network for all steps but the last is trained
   * @param lastStep how the network for the last step is trained, starting from the other
   */
  public record Upsampler(
      int size,
      List<Integer> channels,
      int layers,
      int groups,
      int crop,
      Schedule training,
      Schedule lastStep) {

    public Upsampler {
      channels = List.copyOf(channels);
      var faults = new Faults();
      checkUnet(faults, size, channels, layers, groups);
      requireHalvings(faults, "crop", crop, channels);
      faults.require(crop <= size, "crop", crop, "≤ size " + size).throwIfAny();
    }
  }
}
