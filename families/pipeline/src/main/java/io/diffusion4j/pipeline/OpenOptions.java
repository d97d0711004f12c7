package io.diffusion4j.pipeline;

import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.engine.Threads;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The settings with which a model folder is opened.
 *
 * @param residency when its networks are in memory
 * @param engine the engine that runs its networks, or {@link Engines#AUTO}
 * @param threads that its networks share
 * @param precision the number format of its networks; empty for the format that suits the model and
 *     the processor
 * @param name the name of the model in requests; empty for the name from its folder
 * @param prior which of several priors draws, such as {@code ar}; empty for the default
 * @param candidates the number of candidate image embeddings that the prior draws; empty for the
 *     model's default
 * @param loras low-rank updates that are added to the weights
 * @param guides folders of guides that are not in the model's folder, by their names in {@link
 *     io.diffusion4j.diffusion.guidance.Guides}
 * @param packed the folder of {@link Compute#packed} for packed weights
 */
public record OpenOptions(
    Residency residency,
    String engine,
    Threads threads,
    Optional<Precision> precision,
    Optional<String> name,
    Optional<String> prior,
    OptionalInt candidates,
    List<LoraChoice> loras,
    Map<String, Path> guides,
    Optional<Path> packed) {
  public OpenOptions {
    loras = List.copyOf(loras);
    guides = Map.copyOf(guides);
  }

  /** Returns the default settings with this residency. */
  public static OpenOptions with(Residency residency) {
    return new OpenOptions(
        residency,
        Engines.AUTO,
        Threads.all(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        List.of(),
        Map.of(),
        Optional.empty());
  }

  /** Returns the same settings with the precision that suits the model, if none was chosen. */
  public OpenOptions suiting(Supplier<Precision> suited) {
    return precision.isPresent() ? this : withPrecision(Optional.of(suited.get()));
  }

  /** Returns how the networks compute; in float32 if no precision was chosen. */
  public Compute compute() {
    return new Compute(engine, threads, precision.orElse(Precision.FLOAT32), packed);
  }

  /** Returns the same settings with the engine of this name. */
  public OpenOptions withEngine(String other) {
    return new OpenOptions(
        residency, other, threads, precision, name, prior, candidates, loras, guides, packed);
  }

  /** Returns the same settings with other threads. */
  public OpenOptions withThreads(Threads others) {
    return new OpenOptions(
        residency, engine, others, precision, name, prior, candidates, loras, guides, packed);
  }

  /** Returns the same settings with this number format; empty for an automatic choice. */
  public OpenOptions withPrecision(Optional<Precision> other) {
    return new OpenOptions(
        residency, engine, threads, other, name, prior, candidates, loras, guides, packed);
  }

  /** Returns the same settings with this name; empty for the model's own. */
  public OpenOptions withName(Optional<String> other) {
    return new OpenOptions(
        residency, engine, threads, precision, other, prior, candidates, loras, guides, packed);
  }

  /** Returns the same settings with another prior. */
  public OpenOptions withPrior(String other) {
    return new OpenOptions(
        residency,
        engine,
        threads,
        precision,
        name,
        Optional.of(other),
        candidates,
        loras,
        guides,
        packed);
  }

  /** Returns the same settings with this number of candidate embeddings. */
  public OpenOptions withCandidates(int other) {
    return new OpenOptions(
        residency,
        engine,
        threads,
        precision,
        name,
        prior,
        OptionalInt.of(other),
        loras,
        guides,
        packed);
  }

  /** Returns the same settings with these updates. */
  public OpenOptions withLoras(List<LoraChoice> others) {
    return new OpenOptions(
        residency, engine, threads, precision, name, prior, candidates, others, guides, packed);
  }

  /** Returns the same settings with these guides. */
  public OpenOptions withGuides(Map<String, Path> others) {
    return new OpenOptions(
        residency, engine, threads, precision, name, prior, candidates, loras, others, packed);
  }

  /** Returns the same settings with a folder for packed weights, see {@link Compute#packed}. */
  public OpenOptions withPacked(Optional<Path> folder) {
    return new OpenOptions(
        residency, engine, threads, precision, name, prior, candidates, loras, guides, folder);
  }

  /**
   * Finds the folder of a guide: from these settings, or else inside the model's folder.
   *
   * @param guide its name
   * @param defaultPath its place in the folder
   * @param isThere whether the folder has the part
   */
  public Optional<Path> guide(String guide, Path defaultPath, Predicate<Path> isThere) {
    return Optional.ofNullable(guides.get(guide))
        .or(() -> Optional.of(defaultPath).filter(isThere));
  }
}
