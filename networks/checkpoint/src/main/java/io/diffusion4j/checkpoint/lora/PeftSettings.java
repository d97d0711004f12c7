package io.diffusion4j.checkpoint.lora;

import io.diffusion4j.checkpoint.ComponentConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** peft's {@code LoraConfig}: the α of each layer. Ranks are those of the tensors. */
final class PeftSettings {
  /** Settings of training, and those whose effect is in the tensors. */
  private static final String[] HARMLESS = {
    "r", "rank_pattern", "target_modules", "exclude_modules", "layers_to_transform",
    "layers_pattern", "lora_dropout", "task_type", "auto_mapping", "base_model_name_or_path",
    "revision", "inference_mode", "peft_version", "megatron_config", "megatron_core",
    "loftq_config", "eva_config", "corda_config", "runtime_config", "qalora_group_size"
  };

  private static final int LONGEST = 256;

  /** Several hundred layers with a pattern each need about a third. */
  private static final int MAX_STEPS = 100_000_000;

  private final ComponentConfig config;
  private final OptionalDouble alpha;
  private final boolean rootOfRank;
  private final List<Own> own = new ArrayList<>();
  private int steps = MAX_STEPS;

  private record Own(String key, Pattern layers, double alpha) {}

  private PeftSettings(ComponentConfig config) {
    this.config = config;
    alpha =
        config.has("lora_alpha")
            ? OptionalDouble.of(config.doubleValue("lora_alpha"))
            : OptionalDouble.empty();
    rootOfRank = config.booleanValue("use_rslora", false);
    if (config.has("alpha_pattern")) {
      var alphas = config.object("alpha_pattern");
      alphas.names().forEach(key -> own.add(new Own(key, pattern(key), alphas.doubleValue(key))));
    }
  }

  /**
   * Reads the settings.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException for a setting that changes the result and
   *     is not supported
   */
  static PeftSettings of(ComponentConfig config) {
    config
        .supports("peft_type", "LORA")
        .supports("bias", "none")
        .supports("use_dora", false)
        .supports("fan_in_fan_out", false)
        .supports("lora_bias", false)
        // pissa, olora, corda, loftq and lora_ga change the weights that are updated
        .supports("init_lora_weights", true, false, "gaussian", "eva", "orthogonal");
    var settings = new PeftSettings(config);
    config.refuseUsed(HARMLESS);
    return settings;
  }

  private Pattern pattern(String key) {
    if (key.length() <= LONGEST) {
      try {
        return Pattern.compile("(.*\\.)?(" + key + ")$");
      } catch (PatternSyntaxException e) {
        throw config.invalid("alpha_pattern", key, "regular expressions; " + e.getDescription());
      }
    }
    throw config.invalid(
        "alpha_pattern", key.substring(0, 20) + "…", "at most " + LONGEST + " characters");
  }

  /** Returns s. The first pattern counts, as in peft. */
  double factor(String layer, double rank) {
    if (!own.isEmpty() && layer.length() > LONGEST) { // matching is recursive
      throw config.invalid(
          "alpha_pattern", "a layer of " + layer.length() + " characters", "at most " + LONGEST);
    }
    for (Own one : own) {
      if (one.layers().matcher(new Read(layer, one.key())).lookingAt()) {
        return factor(one.alpha(), rank);
      }
    }
    return alpha.isPresent() ? factor(alpha.getAsDouble(), rank) : 1;
  }

  private double factor(double alpha, double rank) {
    return alpha / (rootOfRank ? Math.sqrt(rank) : rank);
  }

  /** A layer's name whose reads are counted, because a pattern can take exponential time. */
  private final class Read implements CharSequence {
    private final String name;
    private final String key;

    Read(String name, String key) {
      this.name = name;
      this.key = key;
    }

    @Override
    public char charAt(int index) {
      if (--steps < 0) {
        throw config.invalid("alpha_pattern", key, "patterns that are matched in 10⁸ steps");
      }
      return name.charAt(index);
    }

    @Override
    public int length() {
      return name.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return name.substring(start, end);
    }

    @Override
    public String toString() {
      return name;
    }
  }
}
