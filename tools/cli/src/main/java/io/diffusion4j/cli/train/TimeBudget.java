package io.diffusion4j.cli.train;

import static com.google.common.io.RecursiveDeleteOption.ALLOW_INSECURE;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.io.MoreFiles;
import io.diffusion4j.checkpoint.AtomicFile;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.training.Components;
import io.diffusion4j.training.ModelTraining;
import io.diffusion4j.training.PartSetup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Chooses the steps of each part for the time that a training may take. A few steps of all parts,
 * whose weights are thrown away, measure this machine and this data set; the rest of the time is
 * divided among the parts.
 *
 * @param minutes the time of all parts together
 * @param state the folder of the states, where the choice is kept: a training that is resumed with
 *     the same time measures nothing
 */
record TimeBudget(double minutes, Path state) {
  private static final String FILE = "minutes.txt";
  private static final String MINUTES = "minutes ";
  private static final String MEASURED = "measured";

  /** The steps of a measurement, whose median counts: the first ones warm up. */
  private static final int STEPS = 12;

  /** The shares of parts; parts that are not listed get {@link #OTHER}. */
  private static final Map<String, Double> SHARES =
      Map.of(
          "clip", 0.22,
          "prior", 0.12,
          "prior-ar", 0.04,
          "decoder", 0.46,
          "upsampler", 0.13,
          "upsampler-last", 0.03);

  private static final double OTHER = 0.3;

  /**
   * The epochs after which a part only learns the pictures of a small set by heart: then the
   * validation loss rises, and the time is better spent on the other parts.
   */
  private static final Map<String, Integer> MAX_EPOCHS =
      Map.of("clip", 50, "prior", 25, "prior-ar", 25);

  /** The share of the time that remains for previews, validation and saved states. */
  private static final double RESERVE = 0.1;

  /** The largest share of the time for measuring and for starting the parts. */
  private static final double OVERHEAD = 0.4;

  private static final double SECONDS = 60;

  /**
   * Returns the name of the preset that suits a time.
   *
   * @throws IllegalArgumentException if the time is too short for any
   */
  static String preset(double minutes) {
    Check.that(
        minutes >= 2,
        "minutes",
        minutes,
        "≥ 2, as measuring this machine and starting the parts takes a minute");
    if (minutes < 10) {
      return "tiny";
    }
    return minutes < 90 ? "small" : "medium";
  }

  /**
   * The measured speed of a part.
   *
   * @param start seconds before the first step is done
   * @param perStep seconds of each further step
   */
  record Speed(double start, double perStep) {}

  /** The chosen length of a part, and the measured seconds of a step. */
  record Choice(long steps, double perStep) {}

  /** Returns the lengths of parts by name, chosen before for the same time or now. */
  Map<String, Choice> choose(
      ModelTraining training, List<PartSetup> setups, List<TrainingConfig> configs) {
    Map<String, Choice> before = read();
    if (setups.stream().allMatch(setup -> before.containsKey(setup.part().word()))) {
      return before;
    }
    long begin = System.nanoTime();
    Map<String, Speed> speeds = measure(training, setups, configs);
    double spent = 1e-9 * (System.nanoTime() - begin);
    Map<String, Choice> chosen = divide(speeds, most(setups, configs), spent);
    write(chosen);
    return chosen;
  }

  /**
   * Divides the time among parts. What a part cannot use is divided among the others.
   *
   * @param most the largest numbers of useful steps, of parts that have one
   * @param spent the seconds that the measurement took
   * @throws IllegalArgumentException if too little of the time is left
   */
  Map<String, Choice> divide(Map<String, Speed> speeds, Map<String, Long> most, double spent) {
    double all = SECONDS * minutes;
    double overhead = spent + speeds.values().stream().mapToDouble(Speed::start).sum();
    Check.that(
        overhead <= OVERHEAD * all,
        "minutes",
        minutes,
        "≥ %.0f, as measuring this machine and starting the parts takes %.0f s",
        Math.ceil(overhead / OVERHEAD / SECONDS),
        overhead);
    Map<String, Long> steps = new LinkedHashMap<>();
    Map<String, Speed> open = new LinkedHashMap<>(speeds);
    double left = (1 - RESERVE) * all - overhead;
    while (!open.isEmpty()) {
      double seconds = left / open.keySet().stream().mapToDouble(TimeBudget::share).sum();
      Map<String, Long> full = new LinkedHashMap<>();
      open.forEach(
          (part, speed) -> {
            long useful = most.getOrDefault(part, Long.MAX_VALUE);
            if (seconds * share(part) >= useful * speed.perStep()) {
              full.put(part, useful);
            }
          });
      if (full.isEmpty()) {
        open.forEach(
            (part, speed) ->
                steps.put(part, Math.max(1, (long) (seconds * share(part) / speed.perStep()))));
      }
      for (var part : open.entrySet()) {
        left -= full.getOrDefault(part.getKey(), 0L) * part.getValue().perStep();
      }
      steps.putAll(full);
      open.keySet().removeAll(steps.keySet());
    }
    Map<String, Choice> chosen = new LinkedHashMap<>();
    speeds.forEach(
        (part, speed) ->
            chosen.put(part, new Choice(Objects.requireNonNull(steps.get(part)), speed.perStep())));
    return chosen;
  }

  /** Returns the largest numbers of useful steps, of parts that have one. */
  private static Map<String, Long> most(List<PartSetup> setups, List<TrainingConfig> configs) {
    Map<String, Long> most = new LinkedHashMap<>();
    for (int i = 0; i < setups.size(); i++) {
      String part = setups.get(i).part().word();
      var size = setups.get(i).data().size();
      Integer epochs = MAX_EPOCHS.get(part);
      if (epochs != null && size.isPresent()) {
        long batch = configs.get(i).samplesPerStep();
        most.put(part, Math.max(1, epochs * size.getAsLong() / batch));
      }
    }
    return most;
  }

  private static double share(String part) {
    return SHARES.getOrDefault(part, OTHER);
  }

  /** Trains each part for a few steps in a folder that is removed afterwards. */
  private Map<String, Speed> measure(
      ModelTraining training, List<PartSetup> setups, List<TrainingConfig> configs) {
    Path folder = state.resolve(MEASURED);
    delete(folder); // of a measurement that was interrupted
    var measured =
        new ModelTraining(
            training.preset(),
            folder.resolve("model"),
            folder.resolve("state"),
            training.first(),
            training.inpainting());
    Map<String, Speed> speeds = new LinkedHashMap<>();
    for (int i = 0; i < setups.size(); i++) {
      var part = setups.get(i).part();
      Components.copyMissing(training.layout(part), measured.layout(part), part.folders());
      var clock = new Clock(System.nanoTime(), new ArrayList<>());
      measured.train(setups.get(i), configs.get(i).withSteps(STEPS), STEPS, clock);
      speeds.put(part.word(), clock.speed());
    }
    delete(folder);
    return speeds;
  }

  /** Notes when steps end. */
  private record Clock(long begin, List<Long> ends) implements ModelTraining.Observer {
    @Override
    public void onStep(long step, Trainer.Report report) {
      ends.add(System.nanoTime());
    }

    Speed speed() {
      long[] steps = new long[ends.size() - 1];
      Arrays.setAll(steps, i -> ends.get(i + 1) - ends.get(i));
      Arrays.sort(steps);
      return new Speed(1e-9 * (ends.get(0) - begin), 1e-9 * steps[steps.length / 2]);
    }
  }

  /** Returns the lengths that were chosen for the same time; none if there are no such. */
  Map<String, Choice> read() {
    Path file = state.resolve(FILE);
    Map<String, Choice> chosen = new LinkedHashMap<>();
    if (!Files.exists(file)) {
      return chosen;
    }
    try {
      List<String> lines = Files.readAllLines(file);
      if (lines.isEmpty() || !lines.get(0).equals(MINUTES + minutes)) {
        return chosen;
      }
      for (String line : lines.subList(1, lines.size())) {
        Check.that(
            line.matches("\\S+ [1-9][0-9]{0,11} [0-9.E-]+"),
            file.toString(),
            line,
            "a part, its steps and the seconds of a step");
        String[] words = line.split(" ", -1);
        chosen.put(words[0], new Choice(Long.parseLong(words[1]), Double.parseDouble(words[2])));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e, e);
    }
    return chosen;
  }

  /** Writes the time and the lengths chosen for it. */
  void write(Map<String, Choice> chosen) {
    String text =
        chosen.entrySet().stream()
            .map(e -> e.getKey() + " " + e.getValue().steps() + " " + e.getValue().perStep() + "\n")
            .collect(Collectors.joining("", MINUTES + minutes + "\n", ""));
    var bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
    AtomicFile.write(state.resolve(FILE), channel -> channel.write(bytes));
  }

  private static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try {
      MoreFiles.deleteRecursively(folder, ALLOW_INSECURE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + folder + ": " + e, e);
    }
  }
}
