package io.diffusion4j.checkpoint.ldm;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A single file of Stable Diffusion in the original repositories' layout: U-Net, autoencoder and
 * text tower, or one of them, each as the tensors of a folder of diffusers.
 *
 * <p>The weights of the moving average, buffers of schedules and parts that no picture depends on
 * are ignored. Any other tensor that is in none of the tables is refused by name.
 */
public final class LdmCheckpoint implements AutoCloseable {
  /** The prefix of the U-Net. */
  static final String UNET = "model.diffusion_model.";

  /** The prefix of the autoencoder, which a file of its own may lack. */
  static final String AUTOENCODER = "first_stage_model.";

  /** The prefix of a text tower of version 1, which has Hugging Face's names. */
  static final String TEXT_1 = "cond_stage_model.transformer.";

  /** The prefix of a text tower of version 2, which has OpenCLIP's names. */
  static final String TEXT_2 = "cond_stage_model.model.";

  private static final String POSITIONS = "positional_embedding";
  private static final String POSITION_WEIGHT = "text_model.embeddings.position_embedding.weight";
  private static final String POSITION_IDS = ".position_ids";
  private static final String LAYERS = "transformer.resblocks.";
  private static final String IN_PROJ = ".attn.in_proj_";
  private static final List<String> QKV = List.of("q_proj", "k_proj", "v_proj");

  private static final Set<String> PASSED_OVER =
      Set.of(
          "betas",
          "alphas_cumprod",
          "alphas_cumprod_prev",
          "sqrt_alphas_cumprod",
          "sqrt_one_minus_alphas_cumprod",
          "log_one_minus_alphas_cumprod",
          "sqrt_recip_alphas_cumprod",
          "sqrt_recipm1_alphas_cumprod",
          "posterior_variance",
          "posterior_log_variance_clipped",
          "posterior_mean_coef1",
          "posterior_mean_coef2",
          TEXT_1 + "text_model.embeddings" + POSITION_IDS,
          TEXT_2 + "text_projection",
          TEXT_2 + "logit_scale");

  private static final String AVERAGE = "model_ema.";

  /** Layers of the published text tower of version 2 without its last one, as some files have. */
  private static final int USED_OF_PUBLISHED = 23;

  /** Prefixes that only files of other families have, and the names of these families. */
  private static final Map<String, String> OTHERS =
      new LinkedHashMap<>(
          Map.of(
              "conditioner.embedders.", "Stable Diffusion XL",
              "model.diffusion_model.joint_blocks.", "Stable Diffusion 3",
              "joint_blocks.", "Stable Diffusion 3",
              "model.diffusion_model.double_blocks.", "FLUX",
              "double_blocks.", "FLUX",
              "lora_", "a LoRA (which --lora adds)",
              "embedder.model.", "Stable unCLIP",
              "control_model.", "a ControlNet"));

  private static final String KNOWN =
      "a single file of Stable Diffusion 1.x or 2.x: tensors such as "
          + UNET
          + "input_blocks.0.0.weight";

  private final TensorSource file;
  private final Optional<TensorMap> unet;
  private final Optional<TensorMap> autoencoder;
  private final Optional<TensorMap> text;

  private LdmCheckpoint(TensorSource file) {
    this.file = file;
    var left = new ArrayList<String>();
    TensorMap ofUnet = view();
    TensorMap ofAutoencoder = view();
    TensorMap ofText = view();
    LdmNames unetNames = LdmNames.originalUnetOf(within(UNET));
    boolean alone = file.names().stream().noneMatch(LdmCheckpoint::hasPrefix);
    String first = alone ? "" : AUTOENCODER;
    LdmNames autoencoderNames = LdmNames.originalAutoencoderOf(within(first));
    int stored = LdmNames.count(within(TEXT_2), LAYERS);
    int layers = stored == USED_OF_PUBLISHED ? stored : stored - 1; // the last one is not used
    LdmNames textNames = LdmNames.text(layers);
    for (String name : file.names()) {
      if (PASSED_OVER.contains(name)
          || name.startsWith(AVERAGE)
          || name.startsWith(TEXT_2 + LAYERS + layers + ".")) {
        continue;
      }
      boolean known = false;
      if (name.startsWith(UNET)) {
        known = add(ofUnet, unetNames.diffusers(name.substring(UNET.length())), name, false);
      } else if (name.startsWith(TEXT_1)) {
        known = add(ofText, Optional.of(name.substring(TEXT_1.length())), name, false);
      } else if (name.startsWith(TEXT_2)) {
        known = addOpenClip(ofText, textNames, name.substring(TEXT_2.length()), name);
      } else if (name.startsWith(first)) {
        Optional<String> own = autoencoderNames.diffusers(name.substring(first.length()));
        known = add(ofAutoencoder, own, name, own.orElse("").contains(".attentions."));
      }
      if (!known) {
        left.add(name);
      }
    }
    unet = present(ofUnet);
    autoencoder = present(ofAutoencoder);
    text = present(ofText);
    boolean nothing = unet.isEmpty() && autoencoder.isEmpty() && text.isEmpty();
    if (nothing || (!left.isEmpty() && other(file.names()).isPresent())) {
      throw new CheckpointException(
          Path.of(file.origin()), "%s (expected: %s)".formatted(seen(file.names()), KNOWN));
    }
    if (!left.isEmpty()) {
      throw new CheckpointException(
          Path.of(file.origin()),
          "tensors that Stable Diffusion has not, %s".formatted(some(file.names())),
          left);
    }
  }

  /**
   * Opens a file of safetensors or torch.
   *
   * @throws CheckpointException if it is another model's, naming what was seen; or damaged
   */
  public static LdmCheckpoint open(Path path) {
    Checkpoint file = Checkpoint.open(path);
    try {
      return new LdmCheckpoint(file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Whether tensors are named as in the single files of any latent diffusion. */
  public static boolean recognises(TensorSource file) {
    return file.names().stream().anyMatch(LdmCheckpoint::hasPrefix);
  }

  private static boolean hasPrefix(String name) {
    return name.startsWith(UNET)
        || name.startsWith(AUTOENCODER)
        || name.startsWith("cond_stage_model.");
  }

  /** Returns the U-Net under diffusers' names; empty if the file has none. */
  public Optional<TensorMap> unet() {
    return unet;
  }

  /** Returns the autoencoder under diffusers' names; empty if the file has none. */
  public Optional<TensorMap> autoencoder() {
    return autoencoder;
  }

  /** Returns the text tower under Hugging Face's names; empty if the file has none. */
  public Optional<TensorMap> text() {
    return text;
  }

  /** Whether the text tower, or the width of the U-Net's context, is that of version 2. */
  public boolean isVersion2() {
    return LdmNames.has(file.names(), TEXT_2)
        || file.names().stream()
            .filter(name -> name.startsWith(UNET) && name.endsWith(".attn2.to_k.weight"))
            .anyMatch(name -> file.shape(name)[1] == 1024);
  }

  /**
   * Returns the tensors of a folder's networks as a single file.
   *
   * @param version2 whether the text tower gets OpenCLIP's names
   */
  public static TensorMap of(
      TensorSource unet, TensorSource autoencoder, TensorSource text, boolean version2) {
    var file = new TensorMap(Path.of(unet.origin()), Map.of());
    LdmNames unetNames = LdmNames.unetOf(unet.names());
    for (String name : unet.names()) {
      file.as(UNET + original(unetNames, unet, name), unet, name);
    }
    LdmNames autoencoderNames = LdmNames.autoencoderOf(autoencoder.names());
    for (String name : autoencoder.names()) {
      String theirs = AUTOENCODER + original(autoencoderNames, autoencoder, name);
      long[] shape = autoencoder.shape(name);
      if (shape.length == 2) { // of an attention, 1×1 convolutions there
        file.shaped(theirs, autoencoder, name, shape[0], shape[1], 1, 1);
      } else {
        file.as(theirs, autoencoder, name);
      }
    }
    if (version2) {
      putOpenClip(file, text);
    } else {
      text.names().forEach(name -> file.as(TEXT_1 + name, text, name));
    }
    return file;
  }

  private static String original(LdmNames names, TensorSource network, String name) {
    return names
        .original(name)
        .orElseThrow(
            () ->
                new CheckpointException(
                    Path.of(network.origin()),
                    name + ": no name in single files (expected: Stable Diffusion 1.x or 2.x)"));
  }

  /** The layer that no picture depends on, which readers drop, is a copy of the last one. */
  private static void putOpenClip(TensorMap file, TensorSource text) {
    int layers = LdmNames.count(text.names(), "text_model.encoder.layers.");
    LdmNames names = LdmNames.text(layers);
    file.as(TEXT_2 + POSITIONS, text, POSITION_WEIGHT);
    for (int i = 0; i <= layers; i++) {
      for (String end : List.of("weight", "bias")) {
        String own =
            "text_model.encoder.layers." + Math.min(i, layers - 1) + ".self_attn.%s." + end;
        List<String> three = QKV.stream().map(own::formatted).toList();
        long[] shape = text.shape(three.get(0));
        shape[0] *= QKV.size();
        file.put(TEXT_2 + LAYERS + i + IN_PROJ + end, shape, () -> joined(text, three));
      }
    }
    String last = TEXT_2 + LAYERS + (layers - 1) + ".";
    for (String name : text.names()) {
      boolean elsewhere = name.equals(POSITION_WEIGHT) || name.endsWith(POSITION_IDS);
      if (!elsewhere && QKV.stream().noneMatch(name::contains)) {
        String theirs = TEXT_2 + original(names, text, name);
        file.as(theirs, text, name);
        if (theirs.startsWith(last)) {
          file.as(TEXT_2 + LAYERS + layers + "." + theirs.substring(last.length()), text, name);
        }
      }
    }
  }

  private static float[] joined(TensorSource text, List<String> names) {
    float[] first = text.read(names.get(0));
    float[] all = new float[first.length * names.size()];
    for (int i = 0; i < names.size(); i++) {
      System.arraycopy(text.read(names.get(i)), 0, all, i * first.length, first.length);
    }
    return all;
  }

  private TensorMap view() {
    return new TensorMap(Path.of(file.origin()), Map.of());
  }

  private List<String> within(String prefix) {
    return file.names().stream()
        .filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()))
        .toList();
  }

  private static Optional<TensorMap> present(TensorMap network) {
    return network.names().isEmpty() ? Optional.empty() : Optional.of(network);
  }

  private boolean add(TensorMap network, Optional<String> name, String source, boolean matrix) {
    if (name.isEmpty()) {
      return false;
    }
    long[] shape = file.shape(source);
    if (matrix && shape.length == 4) {
      network.shaped(name.get(), file, source, shape[0], shape[1]);
    } else {
      network.as(name.get(), file, source);
    }
    return true;
  }

  private boolean addOpenClip(TensorMap network, LdmNames names, String name, String source) {
    if (name.equals(POSITIONS)) {
      return add(network, Optional.of(POSITION_WEIGHT), source, false);
    }
    int joint = name.indexOf(IN_PROJ);
    if (!name.startsWith(LAYERS) || joint < 0) {
      return add(network, names.diffusers(name), source, false);
    }
    String layer = name.substring(LAYERS.length(), joint);
    String end = name.substring(joint + IN_PROJ.length());
    int rows = (int) file.shape(source)[0] / QKV.size();
    for (int i = 0; i < QKV.size(); i++) {
      network.rows(
          "text_model.encoder.layers.%s.self_attn.%s.%s".formatted(layer, QKV.get(i), end),
          file,
          source,
          rows,
          i);
    }
    return true;
  }

  private static String seen(Set<String> names) {
    return other(names).orElseGet(() -> some(names));
  }

  private static Optional<String> other(Set<String> names) {
    return OTHERS.entrySet().stream()
        .filter(other -> LdmNames.has(names, other.getKey()))
        .findFirst()
        .map(other -> "tensors of " + other.getValue() + ", " + other.getKey() + "…");
  }

  private static String some(Set<String> names) {
    return names.size() + " tensors, such as " + names.stream().findFirst().orElse("none");
  }

  @Override
  public void close() {
    file.close();
  }
}
