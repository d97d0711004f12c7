package io.diffusion4j.cli.train;

import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.KeyPatterns;
import io.diffusion4j.nn.train.LowRank;
import io.diffusion4j.nn.train.Optimizer;
import io.diffusion4j.nn.train.RateCurve;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingConfig.Activations;
import io.diffusion4j.nn.train.TrainingConfig.Fall;
import io.diffusion4j.nn.train.UpdateRule;
import io.diffusion4j.training.TrainingPlugins;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for the length, the learning rate and the trained parameters. */
final class ScheduleOptions {
  private static final KeyPatterns ATTENTION = KeyPatterns.of("to_q,to_k,to_v,to_out.0");

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "The number of training steps. Default: the preset's value; for distill 600")
  private @Nullable Long steps;

  @Option(
      names = "--epochs",
      paramLabel = "X",
      description =
          "The length of training in epochs of --data, instead of --steps. With train "
              + "all, each part trains this many epochs at its own batch size, so a "
              + "part with smaller batches takes more steps.")
  private @Nullable Double epochs;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "The batch size. Default: the preset's value; for distill 32")
  private @Nullable Integer batch;

  @Option(
      names = "--accumulate",
      paramLabel = "N",
      description =
          "Accumulate the gradients of N batches in each step. A step then equals one "
              + "with N times the batch size, in the memory of one batch. In train clip, the loss "
              + "contrasts all pairs of the step. Default: 1")
  private @Nullable Integer accumulate;

  @Option(
      names = "--learning-rate",
      paramLabel = "X",
      description =
          "The peak learning rate, after the warm-up. Default: the preset's value; for "
              + "distill 0.0003")
  private @Nullable Double learningRate;

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      description =
          "The learning-rate schedule after the warm-up: constant, cosine, linear, "
              + "wsd, or one of a plugin. wsd (warm-up, stable, decay) is constant, then "
              + "falls along a cosine over the last --decay steps, by default a tenth of all "
              + "steps. Default: cosine")
  private @Nullable String schedule;

  @Option(
      names = "--decay",
      paramLabel = "N",
      description =
          "The number of final steps over which the learning rate falls to 0. It is "
              + "constant before them, so training can be stopped at any time and resumed "
              + "with fewer --steps. Default: all steps after the warm-up")
  private @Nullable Long decay;

  @Option(
      names = "--optimizer",
      paramLabel = "NAME",
      description =
          "The optimizer: adamw, muon, or one of a plugin. muon updates matrices, and "
              + "uses adamw for the other parameters. Default: the preset's optimizer; for "
              + "distill adamw")
  private @Nullable String optimizer;

  @Option(
      names = "--weight-decay",
      paramLabel = "X",
      description = "The weight decay, which is multiplied by the learning rate. Default: 0.01")
  private @Nullable Double weightDecay;

  @Option(
      names = "--decayed",
      paramLabel = "NAME",
      description =
          "The parameters with weight decay: ${COMPLETION-CANDIDATES}. matrices "
              + "excludes biases and normalization parameters; layers also excludes token "
              + "and position embeddings. Default: matrices")
  private @Nullable Decaying decayed;

  @Option(
      names = "--ema-decay",
      paramLabel = "X",
      split = ",",
      description =
          "The decay of the exponential moving average (EMA) of the weights, which is "
              + "written to the model. With two or three values, the state contains an "
              + "average for each, and the model gets the first. Default: 0.999")
  private List<Double> emaDecay = List.of();

  @Option(
      names = "--freeze",
      paramLabel = "PATTERN",
      description =
          "The parameters to freeze: key patterns, separated by commas. down_blocks.* "
              + "matches keys that start with down_blocks., and to_q.weight matches keys "
              + "that end with it. Default: none")
  private @Nullable String freeze;

  @Option(
      names = "--lora-rank",
      paramLabel = "N",
      description =
          "Train low-rank updates (LoRA) of this rank for the model of --start-from, or "
              + "for the teacher of distill, instead of all weights. They are written to PART_lora "
              + "in the model's folder, such as decoder_lora; distill writes them to OUTPUT, "
              + "for --lora OUTPUT.")
  private @Nullable Integer loraRank;

  @Option(
      names = "--lora-alpha",
      paramLabel = "X",
      description =
          "The alpha of the low-rank updates, whose scale is alpha divided by the "
              + "rank. Default: the rank")
  private @Nullable Double loraAlpha;

  @Option(
      names = "--lora-targets",
      paramLabel = "PATTERN",
      description =
          "The linear layers and convolutions that get low-rank updates: key patterns "
              + "as for --freeze. Default: to_q,to_k,to_v,to_out.0; for distill, nearly all "
              + "layers")
  private @Nullable String loraTargets;

  @Option(
      names = "--gradient-checkpointing",
      description =
          "Recompute most activations in the backward pass instead of storing them. "
              + "This saves memory and takes more time; the weights are the same. Not with "
              + "--engine tensorflow.")
  private boolean gradientCheckpointing;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "The random seed of the initial weights and the data order. Default: the "
              + "preset's value; for distill 1")
  private @Nullable Long seed;

  @Option(
      names = "--precision",
      paramLabel = "FORMAT",
      description =
          "The number format of activations: ${COMPLETION-CANDIDATES}. Weights are "
              + "kept in f32. Default: bf16 on processors with instructions for it, otherwise "
              + "f32")
  private ModelOptions.@Nullable Format format;

  private KeyPatterns defaultTargets = ATTENTION;

  private static final String WSD = "wsd";
  private static final String BESIDE_RANK = "none without --lora-rank";

  /** The shapes of the learning rate by their names on the command line. */
  private static final ByName<Fall> SCHEDULES =
      new ByName<>(
          "schedule",
          Map.of(
              "constant",
              Fall.NONE,
              "cosine",
              Fall.COSINE,
              "linear",
              Fall.LINEAR,
              WSD,
              Fall.COSINE));

  /** The optimizers by their names on the command line. */
  private static final ByName<UnaryOperator<Optimizer>> OPTIMIZERS =
      new ByName<>(
          "optimizer",
          Map.of(
              "adamw", defaults -> defaults.withMethod(Optimizer.Method.ADAMW),
              "muon", defaults -> defaults.withMethod(Optimizer.Method.MUON)));

  /** The groups of parameters by their names on the command line. */
  enum Decaying {
    all(Optimizer.Decayed.ALL),
    matrices(Optimizer.Decayed.MATRICES),
    layers(Optimizer.Decayed.LAYERS);

    private final Optimizer.Decayed decayed;

    Decaying(Optimizer.Decayed decayed) {
      this.decayed = decayed;
    }
  }

  /**
   * Returns a configuration with the given options.
   *
   * @param defaults the preset's
   * @param pictures the pictures of an epoch; empty if the data set is endless
   * @param plugins which may add optimizers and schedules
   */
  TrainingConfig of(TrainingConfig defaults, OptionalLong pictures, TrainingPlugins plugins) {
    TrainingConfig changed = defaults;
    if (batch != null) {
      changed = changed.withBatchSize(batch);
    }
    if (accumulate != null) {
      changed = changed.withAccumulate(accumulate);
    }
    if (epochs != null) {
      changed = changed.withSteps(steps(epochs, changed.samplesPerStep(), pictures));
    } else if (steps != null) {
      changed = changed.withSteps(steps);
    }
    if (learningRate != null) {
      changed = changed.withLearningRate(learningRate);
    }
    changed = scheduled(changed, plugins);
    changed = changed.withOptimizer(moving(changed.optimizer(), plugins));
    if (!emaDecay.isEmpty()) {
      changed = changed.withEmaDecay(emaDecay.stream().mapToDouble(d -> d).toArray());
    }
    if (freeze != null) {
      changed = changed.withFrozen(KeyPatterns.of(freeze));
    }
    Check.that(loraRank != null || loraAlpha == null, "lora-alpha", loraAlpha, BESIDE_RANK);
    Check.that(loraRank != null || loraTargets == null, "lora-targets", loraTargets, BESIDE_RANK);
    if (loraRank != null) {
      double alpha = loraAlpha == null ? loraRank : loraAlpha;
      var targets = loraTargets == null ? defaultTargets : KeyPatterns.of(loraTargets);
      changed = changed.withLowRank(new LowRank(loraRank, alpha, targets));
    }
    if (gradientCheckpointing) {
      changed = changed.withActivations(Activations.RECOMPUTED);
    }
    if (seed != null) {
      changed = changed.withSeed(seed);
    }
    var compute = changed.compute().withEngine(Engines.asked());
    return changed.withCompute(compute.withPrecision(precision(compute.precision())));
  }

  /** Returns the requested precision, or the preset's unless the processor would emulate it. */
  private Precision precision(Precision ofPreset) {
    if (format != null) {
      return format.precision;
    }
    return Engines.areMadeFor(ofPreset) ? ofPreset : Precision.FLOAT32;
  }

  /** Returns a configuration with another length, over which the rate falls as requested. */
  TrainingConfig lasting(long newSteps, TrainingConfig config) {
    return decaying(config.withSteps(newSteps));
  }

  /** Returns these options with low-rank updates of other layers by default. */
  ScheduleOptions withTargets(KeyPatterns defaults) {
    defaultTargets = defaults;
    return this;
  }

  /** Whether the lengths are the preset's. */
  boolean isOfPreset() {
    return steps == null && epochs == null;
  }

  private long steps(double wanted, long perStep, OptionalLong pictures) {
    Check.that(steps == null, "epochs", wanted, "none beside --steps");
    Check.positive("epochs", wanted);
    Check.that(pictures.isPresent(), "epochs", wanted, "--steps, as these data have no end");
    return Math.max(1, (long) Math.ceil(wanted * pictures.getAsLong() / perStep));
  }

  private TrainingConfig scheduled(TrainingConfig config, TrainingPlugins plugins) {
    TrainingConfig changed = decaying(config);
    if (schedule == null) {
      return changed;
    }
    Map<String, Fall> added = new HashMap<>();
    plugins.of(RateCurve.class).forEach((name, curve) -> added.put(name, new Fall(name, curve)));
    return changed.withFall(SCHEDULES.adding(added).named(schedule));
  }

  private TrainingConfig decaying(TrainingConfig config) {
    if (decay != null) {
      return config.withDecay(decay);
    }
    return WSD.equals(schedule) ? config.withDecay(Math.max(1, config.steps() / 10)) : config;
  }

  private Optimizer moving(Optimizer defaults, TrainingPlugins plugins) {
    Optimizer changed = defaults;
    if (optimizer != null) {
      Map<String, UnaryOperator<Optimizer>> added = new HashMap<>();
      plugins
          .of(UpdateRule.class)
          .forEach(
              (name, rule) ->
                  added.put(name, other -> other.withRule(new Optimizer.Rule(name, rule))));
      changed = OPTIMIZERS.adding(added).named(optimizer).apply(changed);
    }
    if (weightDecay != null) {
      changed = changed.withWeightDecay(weightDecay);
    }
    return decayed == null ? changed : changed.withDecayed(decayed.decayed);
  }
}
