package io.diffusion4j.cli.train;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.diffusion4j.checkpoint.AtomicFile;
import io.diffusion4j.checkpoint.strict.Faults;
import io.diffusion4j.cli.console.Version;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * A training run in one file, {@code run.yaml} beside the weights: its options, the preset's file
 * if it is no named one, and for each finished part all settings with the digests of data, CLIP and
 * the weights to start from. {@code train --again} repeats the run and refuses other settings.
 *
 * @param version the program that has written it
 * @param part the PART of the command
 * @param options the options of the command, as {@code --name=value}
 * @param preset the content of the preset's file; empty for a named one
 * @param parts the settings of the finished parts, by name
 */
record RunFile(
    String version,
    String part,
    List<String> options,
    String preset,
    Map<String, Map<String, String>> parts) {
  /** The option that repeats a run. */
  static final String AGAIN = "--again";

  /** Options that say where and how a run is done, and do not change its weights. */
  private static final Set<String> NOT_OF_THE_RUN =
      Set.of(
          "--model",
          "--state",
          "--page",
          AGAIN,
          "--accept-changed",
          "--processes",
          "--cluster",
          "--task",
          "--peer-timeout",
          "--patience",
          "--data-threads",
          "--cache",
          "--kind");

  private static final String HEADER = "# diffusion4j train " + AGAIN + " FILE repeats this run.\n";

  private static final YAMLMapper MAPPER =
      YAMLMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  RunFile {
    options = List.copyOf(options);
    parts = new TreeMap<>(parts);
  }

  /** Returns the run of a command line, without finished parts. */
  static RunFile of(ParseResult line, String part, String preset) {
    List<String> options = new ArrayList<>();
    for (OptionSpec option : line.matchedOptions()) {
      if (!option.inherited() && !NOT_OF_THE_RUN.contains(option.longestName())) {
        options.addAll(words(option));
      }
    }
    return new RunFile(Version.text(), part, options, preset, Map.of());
  }

  private static List<String> words(OptionSpec option) {
    String name = option.longestName();
    return option.arity().max() == 0
        ? List.of(name)
        : option.originalStringValues().stream().map(value -> name + "=" + value).toList();
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if it is not the file of a run
   */
  static RunFile read(Path file) {
    Check.that(Files.isRegularFile(file), "again", file, "the file run.yaml of a model");
    try {
      return MAPPER.readValue(Files.readString(file), RunFile.class);
    } catch (JsonProcessingException e) {
      String reason = e.getOriginalMessage();
      throw Check.refusal("again", file, "the file run.yaml of a model: %s", reason);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e, e);
    }
  }

  /**
   * Returns the arguments that repeat the run.
   *
   * @param now the present command line, whose options replace those of the same name
   */
  List<String> arguments(ParseResult now) {
    List<String> arguments = new ArrayList<>(List.of(part));
    List<String> given = new ArrayList<>();
    for (OptionSpec option : now.matchedOptions()) {
      if (!option.inherited() && !option.longestName().equals(AGAIN)) {
        given.addAll(words(option));
      }
    }
    options.stream()
        .filter(word -> given.stream().noneMatch(other -> name(other).equals(name(word))))
        .forEach(arguments::add);
    arguments.addAll(given);
    return arguments;
  }

  private static String name(String word) {
    return word.replaceAll("=.*", "");
  }

  /**
   * Checks that a part is trained with the settings of this file.
   *
   * @param accepted the names of settings that may differ
   * @throws IllegalArgumentException with all others
   */
  void requireSame(String name, Map<String, String> settings, Set<String> accepted) {
    var faults = new Faults();
    parts
        .getOrDefault(name, Map.of())
        .forEach(
            (setting, value) -> {
              String now = settings.getOrDefault(setting, "none");
              faults.require(
                  accepted.contains(setting) || value.equals(now),
                  setting,
                  now,
                  value + ", as the repeated run had for " + name);
            });
    faults.throwIfAny();
  }

  /** Returns the lengths of the finished parts. */
  Map<String, TimeBudget.Choice> lengths() {
    Map<String, TimeBudget.Choice> lengths = new TreeMap<>();
    parts.forEach(
        (name, settings) -> {
          String steps = settings.getOrDefault("steps", "");
          Check.that(steps.matches("[1-9][0-9]{0,11}"), name + ".steps", steps, "a number");
          lengths.put(name, new TimeBudget.Choice(Long.parseLong(steps), Double.NaN));
        });
    return lengths;
  }

  /** Returns the run with one more finished part. */
  RunFile with(String name, Map<String, String> settings) {
    Map<String, Map<String, String>> more = new TreeMap<>(parts);
    more.put(name, new TreeMap<>(settings));
    return new RunFile(version, part, options, preset, more);
  }

  /** Writes the file to a model folder. */
  void write(Path model) {
    try {
      byte[] text = (HEADER + MAPPER.writeValueAsString(this)).getBytes(UTF_8);
      Files.createDirectories(model);
      AtomicFile.write(
          model.resolve(fileName()), channel -> Channels.newOutputStream(channel).write(text));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write a run: " + e, e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + model + ": " + e, e);
    }
  }

  /** Returns the name of the file: {@code run.yaml}, or {@code run-PART.yaml} of a single part. */
  String fileName() {
    return part.equals("all") ? "run.yaml" : "run-" + part.replace(',', '-') + ".yaml";
  }
}
