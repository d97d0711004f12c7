package io.diffusion4j.training.preset;

import io.diffusion4j.checkpoint.strict.Faults;
import io.diffusion4j.checkpoint.strict.RecordFile;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.Transformer;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.clip.noised.NoisedTextNetwork;
import io.diffusion4j.clip.noised.NoisedVisionNetwork;
import io.diffusion4j.ddpm.PixelBackbone;
import io.diffusion4j.ddpm.PixelDit;
import io.diffusion4j.ddpm.PixelNetwork;
import io.diffusion4j.decoder.TextProjection;
import io.diffusion4j.decoder.backbone.Backbone;
import io.diffusion4j.decoder.classifier.ClassifierConfig;
import io.diffusion4j.decoder.classifier.Pool;
import io.diffusion4j.decoder.dit.DitConfig;
import io.diffusion4j.decoder.unet.Beside;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.Heads;
import io.diffusion4j.decoder.unet.UnetConfig.LevelChange;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.decoder.unet.UnetLayout;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.train.Optimizer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.prior.AutoregressiveConfig;
import io.diffusion4j.prior.PriorConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of all parts of a model, and the length and learning rate of their trainings.
 *
 * @param name the name for folders and for the notes of weights
 * @param ddpm the model without words; null if there is none
 */
public record Preset(
    String name,
    ClipPreset clip,
    Prior prior,
    Autoregressive priorAr,
    Decoder decoder,
    Upsampler upsampler,
    @Nullable Ddpm ddpm) {
  private static final int RGB = 3;
  private static final double EPS = 1e-5;

  /** A value for the upsampler's {@code config.json}, although the upsampler has no attention. */
  private static final int HEAD_WIDTH = 8;

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

  /**
   * Reads a YAML or JSON file with these components and no others.
   *
   * @throws IllegalArgumentException with all faults of the file @throws IOException if it cannot
   *     be read
   */
  public static Preset read(Path file) throws IOException {
    var read = RecordFile.read(file);
    var preset = read.takeAll(Preset.class);
    read.end();
    return preset.orElseThrow();
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
        ? requireDit(decoder.dit)
            .shape(decoder.size)
            .withOutChannels(2 * RGB)
            .withContext(decoder.context)
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

  /** Returns the model without words. */
  public Ddpm requireDdpm() {
    if (ddpm == null) {
      throw Check.refusal("preset", name, "one with sizes of ddpm");
    }
    return ddpm;
  }

  /** Returns the network of the model without words. */
  public PixelBackbone ddpmNetwork() {
    var own = requireDdpm();
    return own.backbone == Architecture.DIT
        ? new PixelDit(requireDit(own.dit).shape(own.size), 0)
        : new PixelNetwork(ddpmUnet(own));
  }

  private static UnetConfig ddpmUnet(Ddpm own) {
    return new UnetConfig(
            own.size,
            RGB,
            RGB,
            own.channels,
            own.attention,
            true,
            own.layers,
            own.headWidth,
            0,
            own.groups,
            EPS,
            TimeConditioning.ADD)
        .withChange(LevelChange.CONVOLUTION);
  }

  private static Dit requireDit(@Nullable Dit dit) {
    return Objects.requireNonNull(dit, "dit"); // its section was checked
  }

  /** The architecture of a denoising network. */
  public enum Architecture {
    /** Levels of residual blocks and attention. */
    UNET,
    /** A transformer over patches. */
    DIT
  }

  /**
   * A transformer over patches of pictures.
   *
   * @param patch height and width of a patch
   * @param layers transformer blocks
   * @param width channels of a patch's vector
   * @param heads attention heads
   */
  public record Dit(int patch, int layers, int width, int heads) {
    public Dit {
      new Faults()
          .require(patch >= 1, "patch", patch, "≥ 1")
          .require(layers >= 1, "layers", layers, "≥ 1")
          .require(heads >= 1 && width % heads == 0, "heads", heads, "a divisor of width " + width)
          .require(width >= 4 && width % 4 == 0, "width", width, "a multiple of 4")
          .throwIfAny();
    }

    DitConfig shape(int size) {
      return DitConfig.of(size, patch, layers, width, heads);
    }
  }

  /**
   * Returns a classifier of noised pictures: the encoder half of a U-Net with the sizes of the
   * model without words.
   */
  public ClassifierConfig classifierConfig(int classes) {
    var own = requireDdpm();
    int width = own.channels.get(0);
    var unet =
        UnetConfig.openAi(
            UnetLayout.OPENAI_BY_KIND,
            own.size,
            RGB,
            Beside.NOTHING,
            RGB,
            width,
            own.channels.stream().map(c -> Math.nextUp((double) c / width)).toList(),
            IntStream.range(0, own.channels.size())
                .filter(own.attention::get)
                .mapToObj(level -> 1 << level)
                .toList(),
            own.layers,
            LevelChange.RESIDUAL_BLOCK,
            TimeConditioning.SCALE_SHIFT,
            Heads.ofWidth(own.headWidth),
            0,
            0,
            own.groups);
    return new ClassifierConfig(unet, classes, Pool.ATTENTION);
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

  /**
   * The length and learning rate of a part's training.
   *
   * @param steps the total number of optimizer steps
   * @param batch examples per step
   * @param learningRate the rate after the warm-up
   * @param seed the seed of the initial weights and of the order of the data
   * @param optimizer the update rule; null for AdamW
   * @param decay steps over which the rate falls at the end, after a constant one; null for all
   *     steps after the warm-up
   */
  public record Schedule(
      long steps,
      int batch,
      double learningRate,
      long seed,
      Optimizer.@Nullable Method optimizer,
      @Nullable Long decay) {
    public Schedule {
      new Faults()
          .require(steps >= 1, "steps", steps, "≥ 1")
          .require(batch >= 1, "batch", batch, "≥ 1")
          .require(learningRate > 0 && learningRate < 1, "learning-rate", learningRate, "in (0, 1)")
          .require(
              decay == null || (decay >= 1 && decay <= steps),
              "decay",
              String.valueOf(decay),
              "in [1, " + steps + "]")
          .throwIfAny();
    }

    /** Returns the configuration of a training, with default values for all other settings. */
    public TrainingConfig config() {
      var config = TrainingConfig.of(steps, batch, learningRate, seed);
      config = decay == null ? config : config.withDecay(decay);
      return optimizer == null ? config : config.withOptimizer(Optimizer.of(optimizer));
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
   */
  public record Prior(int layers, int heads, int headWidth, int statistics, Schedule training) {
    public Prior {
      new Faults()
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
      @Nullable Dit dit) {
    public Decoder {
      channels = List.copyOf(channels);
      attention = List.copyOf(attention);
      var faults = new Faults();
      checkUnet(faults, size, channels, layers, groups);
      checkAttention(faults, channels, attention, headWidth);
      checkBackbone(faults, size, backbone, dit);
      faults
          .require(context >= 1, "context", context, "≥ 1")
          .require(tokens >= 1, "tokens", tokens, "≥ 1")
          .throwIfAny();
    }
  }

  /**
   * A model of pixels without words.
   *
   * @param size height and width of its pictures
   * @param channels the channels of each level, from the highest resolution down
   * @param attention whether the residual blocks of each level are followed by attention
   * @param layers residual blocks per level on the way down; one more on the way up
   * @param headWidth channels of an attention head
   * @param groups the number of groups of the group normalisations
   * @param training how it is trained
   * @param backbone which of the networks it is; null for the U-Net
   * @param dit the sizes of a DiT, in place of those of the U-Net's levels; null if there are none
   */
  public record Ddpm(
      int size,
      List<Integer> channels,
      List<Boolean> attention,
      int layers,
      int headWidth,
      int groups,
      Schedule training,
      @Nullable Architecture backbone,
      @Nullable Dit dit) {
    public Ddpm {
      channels = List.copyOf(channels);
      attention = List.copyOf(attention);
      var faults = new Faults();
      checkUnet(faults, size, channels, layers, groups);
      checkAttention(faults, channels, attention, headWidth);
      checkBackbone(faults, size, backbone, dit);
      faults.throwIfAny();
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

  /**
   * Records sizes that do not fit.
   *
   * @param size height and width of its pictures
   * @param channels the channels of each level, from the highest resolution down
   */
  private static void checkUnet(
      Faults faults, int size, List<Integer> channels, int layers, int groups) {
    faults
        .require(!channels.isEmpty(), "channels", channels, "at least one level")
        .require(layers >= 1, "layers", layers, "≥ 1")
        .require(groups >= 1, "groups", groups, "≥ 1");
    for (int i = 0; i < channels.size() && groups >= 1; i++) {
      int c = channels.get(i);
      String expected = "a multiple of groups " + groups;
      faults.require(c >= 1 && c % groups == 0, "channels[" + i + "]", c, expected);
    }
    if (!channels.isEmpty()) {
      faults.require(channels.get(0) % 2 == 0, "channels[0]", channels.get(0), "even");
    }
    requireHalvings(faults, "size", size, channels);
  }

  /** Records the faults of the attention, which the middle block always has. */
  private static void checkAttention(
      Faults faults, List<Integer> channels, List<Boolean> attention, int headWidth) {
    faults
        .require(
            attention.size() == channels.size(),
            "attention",
            attention,
            "one for each of the " + channels.size() + " channels")
        .require(headWidth >= 1, "head-width", headWidth, "≥ 1");
    for (int i = 0; i < Math.min(channels.size(), attention.size()) && headWidth >= 1; i++) {
      boolean attends = attention.get(i) || i == channels.size() - 1;
      faults.require(
          !attends || channels.get(i) % headWidth == 0,
          "channels[" + i + "]",
          channels.get(i),
          "a multiple of head-width " + headWidth);
    }
  }

  /** Records a fault if the sizes of the requested network are missing or invalid. */
  private static void checkBackbone(
      Faults faults, int size, @Nullable Architecture backbone, @Nullable Dit dit) {
    faults.require(
        backbone != Architecture.DIT || dit != null, "dit", "missing", "the sizes of the backbone");
    if (dit != null) {
      String expected = "a divisor of size " + size;
      faults.require(size % dit.patch == 0, "dit.patch", dit.patch, expected);
    }
  }

  /** Records a fault if a length in pixels cannot be halved from level to level. */
  private static void requireHalvings(
      Faults faults, String name, int length, List<Integer> channels) {
    int factor = 1 << Math.min(30, Math.max(0, channels.size() - 1));
    String expected = "a multiple of " + factor + ", as there are " + channels.size() + " levels";
    faults.require(length >= 1 && length % factor == 0, name, length, expected);
  }
}
