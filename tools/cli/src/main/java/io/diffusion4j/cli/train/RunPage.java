package io.diffusion4j.cli.train;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.checkpoint.AtomicFile;
import io.diffusion4j.cli.train.PartProgress.Phase;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.Validation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The page of a training run: an HTML file in the state folder that is replaced while the run goes
 * on, with curves, previews, remaining time and configuration. It needs no other file and no
 * network. Owned by the training thread.
 */
final class RunPage {
  /** The name of the file. */
  static final String FILE = "run.html";

  /** The folders of a part's pictures. */
  static final String PREVIEWS = "previews";

  static final String SAMPLES = "samples";

  private static final String TEMPLATE = "run-template.html";
  private static final String LOSS = "loss";
  private static final long INTERVAL = TimeUnit.SECONDS.toNanos(10);

  /** The most points of a curve, and pictures of a part. */
  private static final int POINTS = 400;

  private static final int PICTURES = 24;

  private final Path state;
  private final Map<String, String> facts;
  private final Map<String, PartProgress> parts = new LinkedHashMap<>();
  private final Map<Path, String> encoded = new HashMap<>();
  private final ObjectMapper json = new ObjectMapper();
  private final String template = template();
  private long written = System.nanoTime();

  /**
   * Creates the page of parts that did not start.
   *
   * @param state the folder of the states
   * @param facts the data and the options of the run, by name
   */
  RunPage(Path state, Map<String, String> facts) {
    this.state = state;
    this.facts = new LinkedHashMap<>(facts);
  }

  /** Returns the file. */
  Path file() {
    return state.resolve(FILE);
  }

  /**
   * Announces a part, in the order of the training.
   *
   * @param perStep the seconds of a step; NaN if unknown
   */
  void plan(String part, Path folder, long steps, double perStep) {
    parts.put(part, new PartProgress(folder, steps, perStep));
  }

  /**
   * Starts or resumes a part.
   *
   * @param settings all that the weights depend on, by name
   */
  PartProgress begin(
      String part,
      Path folder,
      TrainingConfig config,
      Map<String, String> settings,
      long fromStep) {
    var progress =
        parts.computeIfAbsent(part, name -> new PartProgress(folder, config.steps(), Double.NaN));
    progress.begin(config, settings, fromStep);
    write();
    return progress;
  }

  /** Returns the settings of a part that has begun. */
  Map<String, String> settings(String part) {
    return Objects.requireNonNull(parts.get(part), part).settings();
  }

  /** Returns the remaining seconds of all parts whose speed is known. */
  double secondsLeft() {
    return parts.values().stream()
        .map(PartProgress::secondsLeft)
        .mapToDouble(left -> left.orElse(0))
        .sum();
  }

  /** Returns the number of parts whose speed is not known yet. */
  long unmeasured() {
    return parts.values().stream().filter(part -> part.secondsLeft().isEmpty()).count();
  }

  /** Returns the number of parts. */
  int parts() {
    return parts.size();
  }

  /** Writes the file if it is older than ten seconds. */
  void refresh() {
    if (System.nanoTime() - written >= INTERVAL) {
      write();
    }
  }

  /** Writes the file. */
  void write() {
    String data = json().toString().replace("<", "\\u003c");
    byte[] page = template.replace("{run}", data).getBytes(UTF_8);
    try {
      Files.createDirectories(state);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the folder " + state + ": " + e, e);
    }
    AtomicFile.write(file(), channel -> Channels.newOutputStream(channel).write(page));
    written = System.nanoTime();
  }

  private ObjectNode json() {
    ObjectNode run = json.createObjectNode();
    run.put("written", System.currentTimeMillis());
    run.put("secondsLeft", secondsLeft());
    run.put("unmeasured", unmeasured());
    run.set("facts", json.valueToTree(facts));
    ArrayNode all = run.putArray("parts");
    parts.forEach((name, part) -> all.add(json(name, part)));
    return run;
  }

  private ObjectNode json(String name, PartProgress part) {
    ObjectNode node = json.createObjectNode();
    node.put("name", name).put("phase", part.phase().name());
    node.put("step", part.step()).put("steps", part.steps());
    OptionalDouble left = part.secondsLeft();
    if (part.phase() == Phase.training && left.isPresent()) {
      node.put("secondsLeft", left.getAsDouble()).put("imagesPerSecond", part.imagesPerSecond());
    }
    node.set("settings", json.valueToTree(part.settings()));
    ObjectNode latest = node.putObject("latest");
    ObjectNode curves = node.putObject("curves");
    part.numbers()
        .forEach(
            (tag, curve) -> {
              if (!curve.isEmpty()) {
                latest.put(tag, curve.get(curve.lastKey()));
              }
              if (tag.equals(LOSS)) {
                curves.set(tag, points(curve));
                curves.set("smoothed", points(PartProgress.smoothed(curve)));
              } else if (tag.startsWith(Validation.PREFIX)) {
                curves.set(tag, points(curve));
              }
            });
    node.set(PREVIEWS, pictures(part.folder().resolve(PREVIEWS)));
    node.set(SAMPLES, pictures(part.folder().resolve(SAMPLES)));
    return node;
  }

  /** Returns evenly spaced points of a curve, with the last. */
  private ArrayNode points(SortedMap<Long, Double> curve) {
    ArrayNode points = json.createArrayNode();
    for (var point : thinned(List.copyOf(curve.entrySet()), POINTS)) {
      points.addArray().add(point.getKey()).add(point.getValue());
    }
    return points;
  }

  private ArrayNode pictures(Path folder) {
    ArrayNode pictures = json.createArrayNode();
    if (!Files.isDirectory(folder)) {
      return pictures;
    }
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(file -> file.toString().endsWith(".png")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + folder + ": " + e, e);
    }
    for (Path file : thinned(files, PICTURES)) {
      String step = String.valueOf(file.getFileName()).replaceAll("^0+(?=[0-9])|\\.png$", "");
      pictures
          .addObject()
          .put("step", step)
          .put("png", encoded.computeIfAbsent(file, this::base64));
    }
    return pictures;
  }

  private String base64(Path file) {
    try {
      return Base64.getEncoder().encodeToString(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e, e);
    }
  }

  private static <T> List<T> thinned(List<T> all, int most) {
    if (all.size() <= most) {
      return all;
    }
    List<T> some = new ArrayList<>();
    for (int i = 1; i <= most; i++) {
      some.add(all.get((int) ((long) i * all.size() / most) - 1));
    }
    return some;
  }

  private static String template() {
    try (InputStream in =
        Objects.requireNonNull(RunPage.class.getResourceAsStream(TEMPLATE), TEMPLATE)) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + TEMPLATE + ": " + e, e);
    }
  }
}
