package io.diffusion4j.training.events;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.nn.train.Validation;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * The measurements of a training, and the problems that they indicate.
 *
 * @param part the name of the folder of its state
 * @param batch samples computed at a time, among which CLIP finds pairs; 0 if no state was saved
 * @param numbers the numbers by name and step, as written for TensorBoard
 */
public record TrainingHealth(
    String part, int batch, SortedMap<String, SortedMap<Long, Double>> numbers) {
  private static final String LOSS = "loss";
  private static final String GRADIENT = "gradient_norm";
  private static final String WAITING = "waiting_for_data";
  private static final String ACCURACY = "accuracy";
  private static final String OWN = Validation.PREFIX + "own cosine";
  private static final String OTHER = Validation.PREFIX + "other cosine";

  /** The largest rise of a validation loss that may be noise of the weights. */
  private static final double RISEN = 1.05;

  /** The smallest difference between a healthy prior's two cosines. */
  private static final double NEARER = 0.1;

  /** The smallest accuracy of a healthy CLIP, relative to chance. */
  private static final double FOUND = 3;

  /** The largest ratio of a late gradient to the median one that may be noise of the batches. */
  private static final double GROWN = 10;

  /** The largest acceptable share of time spent waiting for data. */
  private static final double WAITED = 0.05;

  /** The number of steps before trends are meaningful. */
  private static final int ENOUGH = 20;

  /**
   * Reads the training runs of a folder.
   *
   * @param state that of {@code train --state}, or of one of its parts
   * @throws IllegalArgumentException if there is none
   */
  public static List<TrainingHealth> of(Path state) throws IOException {
    Check.that(Files.isDirectory(state), "state", state, "the folder of train --state");
    List<Path> folders;
    try (Stream<Path> below = Files.list(state)) {
      folders = Stream.concat(Stream.of(state), below).filter(TrainingHealth::isTraining).toList();
    }
    Check.that(!folders.isEmpty(), "state", state, "a folder of trainings, with events in them");
    List<TrainingHealth> trainings = new ArrayList<>();
    for (Path folder : folders) {
      trainings.add(read(folder));
    }
    trainings.sort(Comparator.comparing(TrainingHealth::part));
    return trainings;
  }

  private static boolean isTraining(Path folder) {
    return Files.isDirectory(folder.resolve(EventWriter.FOLDER));
  }

  private static TrainingHealth read(Path folder) throws IOException {
    var numbers = EventReader.scalars(folder.resolve(EventWriter.FOLDER));
    Path state = folder.resolve(TrainingRun.STATE);
    int batch = 0;
    if (Files.exists(state)) {
      try (var saved = Checkpoint.open(state)) {
        batch = Integer.parseInt(saved.metadata().getOrDefault(TrainingRun.BATCH_SIZE, "0"));
      }
    }
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return new TrainingHealth(String.valueOf(name), batch, numbers);
  }

  /** Whether no measurement indicates a problem. */
  public boolean isWell() {
    return findings().isEmpty();
  }

  /** Prints a table of the numbers, and a line for each problem. */
  public void print(PrintWriter out) {
    long steps = curve(LOSS).stream().flatMap(losses -> losses.keySet().stream()).count();
    out.printf(Locale.ROOT, "%s, %,d steps%n", part, steps);
    out.printf("  %-28s %12s %12s %10s%n", "", "last tenth", "lowest", "at step");
    for (Map.Entry<String, SortedMap<Long, Double>> number : numbers.entrySet()) {
      if (!number.getKey().equals("learning_rate")) {
        var lowest = lowest(number.getValue());
        out.printf(
            Locale.ROOT,
            "  %-28s %12.4f %12.4f %,10d%n",
            number.getKey(),
            end(number.getValue()),
            lowest.getValue(),
            lowest.getKey());
      }
    }
    List<String> findings = findings();
    findings.forEach(finding -> out.printf("  %s%n", finding));
    out.printf(
        "  %s%n%n", findings.isEmpty() ? "nothing is wrong" : findings.size() + " to look at");
  }

  /** Returns a line for each problem. */
  public List<String> findings() {
    return Stream.of(overfit(), blind(), guessing(), growing(), waiting())
        .flatMap(Optional::stream)
        .toList();
  }

  private Optional<String> overfit() {
    return curve(Validation.PREFIX + LOSS)
        .filter(losses -> last(losses) > RISEN * lowest(losses).getValue())
        .map(
            losses ->
                finding(
                    Validation.PREFIX + LOSS,
                    "%.4f, after %.4f at step %d"
                        .formatted(
                            last(losses), lowest(losses).getValue(), lowest(losses).getKey()),
                    "falling: fewer steps, more pictures, or more --weight-decay"));
  }

  private Optional<String> blind() {
    return curve(OWN)
        .flatMap(
            own ->
                curve(OTHER)
                    .filter(other -> last(own) - last(other) < NEARER)
                    .map(
                        other ->
                            finding(
                                OWN,
                                "%.4f beside %.4f of other pictures"
                                    .formatted(last(own), last(other)),
                                "well above, such as 0.75 beside 0.3 with OpenAI's CLIP: train"
                                    + " the prior longer")));
  }

  private Optional<String> guessing() {
    String name =
        numbers.containsKey(Validation.PREFIX + ACCURACY) ? Validation.PREFIX + ACCURACY : ACCURACY;
    return curve(name)
        .filter(found -> batch > FOUND && end(found) < FOUND / batch)
        .map(
            found ->
                finding(
                    name,
                    "%.4f of %d pairs".formatted(end(found), batch),
                    "well above %.4f, which is chance: captions that describe more, or more steps"
                        .formatted(1.0 / batch)));
  }

  private Optional<String> growing() {
    return curve(GRADIENT)
        .filter(norms -> norms.size() >= ENOUGH && end(norms) > GROWN * median(norms))
        .map(
            norms ->
                finding(
                    GRADIENT,
                    "%.2f, after a median of %.2f".formatted(end(norms), median(norms)),
                    "no growth: a smaller --learning-rate"));
  }

  private Optional<String> waiting() {
    return curve(WAITING)
        .filter(shares -> shares.size() >= ENOUGH && last(shares) > WAITED)
        .map(
            shares ->
                finding(
                    WAITING,
                    "%.0f %% of the time".formatted(100 * last(shares)),
                    "below 5 %: more --data-threads, --cache, or --embeddings"));
  }

  private static String finding(String name, String value, String expected) {
    return name + ": " + value + " (expected: " + expected + ")";
  }

  private Optional<SortedMap<Long, Double>> curve(String name) {
    return Optional.ofNullable(numbers.get(name)).filter(curve -> !curve.isEmpty());
  }

  private static double last(SortedMap<Long, Double> curve) {
    return curve.values().stream().reduce(Double.NaN, (before, value) -> value);
  }

  /** Returns the mean of the last tenth, which smooths the noise. */
  private static double end(SortedMap<Long, Double> curve) {
    return curve.values().stream()
        .skip(curve.size() - Math.max(1, curve.size() / 10))
        .mapToDouble(Double::doubleValue)
        .average()
        .orElseThrow();
  }

  private static Map.Entry<Long, Double> lowest(SortedMap<Long, Double> curve) {
    return curve.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow();
  }

  private static double median(SortedMap<Long, Double> curve) {
    return curve.values().stream().sorted().skip(curve.size() / 2).findFirst().orElseThrow();
  }
}
