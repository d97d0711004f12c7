package io.diffusion4j.cli.train;

import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.training.events.EventReader;
import io.diffusion4j.training.events.EventWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/** How far the training of a part has come, with its numbers by name and step. */
final class PartProgress {
  /** The weight of a new measurement in a moving average. */
  private static final double WEIGHT = 0.05;

  private final Path folder;
  private SortedMap<String, SortedMap<Long, Double>> numbers = new TreeMap<>();
  private Map<String, String> settings = Map.of();
  private long step;
  private long steps;
  private long samples = 1;
  private double secondsPerStep;
  private Phase phase = Phase.waiting;

  /** The phases by their names on a page. */
  enum Phase {
    waiting,
    training,
    stopped,
    done
  }

  /**
   * Creates the progress of a part that did not start.
   *
   * @param folder of its state
   * @param secondsPerStep NaN if unknown
   */
  PartProgress(Path folder, long steps, double secondsPerStep) {
    this.folder = folder;
    this.steps = steps;
    this.secondsPerStep = secondsPerStep;
  }

  /** Starts or resumes, with the numbers of earlier event files. */
  void begin(TrainingConfig config, Map<String, String> newSettings, long fromStep) {
    Path events = folder.resolve(EventWriter.FOLDER);
    try {
      numbers = Files.isDirectory(events) ? EventReader.scalars(events) : new TreeMap<>();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + events + ": " + e, e);
    }
    numbers.values().forEach(curve -> curve.tailMap(fromStep + 1).clear());
    settings = newSettings;
    samples = config.samplesPerStep();
    step = fromStep;
    steps = config.steps();
    phase = Phase.training;
  }

  /** Notes a step that took some time. */
  void at(long newStep, double seconds) {
    step = newStep;
    secondsPerStep = smoothed(secondsPerStep, seconds);
  }

  void add(String name, long atStep, double value) {
    numbers.computeIfAbsent(name, tag -> new TreeMap<>()).put(atStep, value);
  }

  void end(Phase reached) {
    phase = reached;
  }

  /** Returns the remaining time in seconds; empty before the first step. */
  OptionalDouble secondsLeft() {
    double seconds = phase == Phase.done ? 0 : secondsPerStep * (steps - step);
    return Double.isNaN(seconds) ? OptionalDouble.empty() : OptionalDouble.of(seconds);
  }

  double imagesPerSecond() {
    return samples / secondsPerStep;
  }

  Path folder() {
    return folder;
  }

  SortedMap<String, SortedMap<Long, Double>> numbers() {
    return numbers;
  }

  Map<String, String> settings() {
    return settings;
  }

  long step() {
    return step;
  }

  long steps() {
    return steps;
  }

  Phase phase() {
    return phase;
  }

  /** Returns the moving average of a curve. */
  static SortedMap<Long, Double> smoothed(SortedMap<Long, Double> curve) {
    SortedMap<Long, Double> smooth = new TreeMap<>();
    double average = Double.NaN;
    for (var point : curve.entrySet()) {
      average = smoothed(average, point.getValue());
      smooth.put(point.getKey(), average);
    }
    return smooth;
  }

  /** Returns a moving average after one more value; NaN stands for no average. */
  static double smoothed(double before, double now) {
    return Double.isNaN(before) ? now : before + WEIGHT * (now - before);
  }
}
