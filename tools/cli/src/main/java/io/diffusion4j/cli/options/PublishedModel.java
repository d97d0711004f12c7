package io.diffusion4j.cli.options;

import io.diffusion4j.cli.console.ProgressBars;
import io.diffusion4j.hub.Hub;
import io.diffusion4j.hub.HubException;
import io.diffusion4j.hub.HubSettings;
import io.diffusion4j.hub.RepoName;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Models named as on the Hub, {@code org/name[@revision]}, instead of a folder. */
public final class PublishedModel {
  private PublishedModel() {}

  /** Returns the Hub with the cache of the environment. */
  public static Hub hub() {
    var environment = System.getenv();
    return new Hub(
        HubSettings.of(environment, Path.of(System.getProperty("user.home"))), environment);
  }

  /**
   * Returns an existing folder, or the folder of a pulled model with this name. Nothing is
   * downloaded.
   *
   * @throws IllegalArgumentException if it could be a published model, and is not in the cache
   */
  public static Path folder(Path named) {
    String text = named.toString().replace('\\', '/');
    Optional<RepoName> repo = Files.exists(named) ? Optional.empty() : RepoName.ifNamed(text);
    if (repo.isEmpty()) {
      return named;
    }
    try {
      return hub().cached(repo.get(), Optional.empty());
    } catch (HubException e) {
      throw new IllegalArgumentException(
          "model: "
              + named
              + " (expected: a folder, or a published model; pull it first: "
              + e.getMessage()
              + ")",
          e);
    }
  }

  /**
   * Returns the folder after downloading missing files of a published model.
   *
   * @throws HubException if it cannot be downloaded
   */
  public static Path pulled(Path named) {
    String text = named.toString().replace('\\', '/');
    Optional<RepoName> repo = Files.exists(named) ? Optional.empty() : RepoName.ifNamed(text);
    if (repo.isEmpty()) {
      return named;
    }
    Hub hub = hub();
    ProgressBars bars = ProgressBars.of(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    return pull(hub, hub.plan(repo.get(), Optional.empty()), bars);
  }

  /**
   * Returns the folder, after a download if it is a published model and a download was requested.
   */
  public static Path folder(Path named, boolean pull) {
    return pull ? pulled(named) : folder(named);
  }

  /** Downloads the missing files of a model, with a progress bar. */
  public static Path pull(Hub hub, Hub.Plan plan, ProgressBars bars) {
    long bytes = plan.missingBytes();
    if (plan.missing().isEmpty()) {
      return plan.folder();
    }
    try (ProgressBars.Bar bar = bars.bar(plan.repo().name(), 0, bytes)) {
      var received = new AtomicLong();
      return hub.pull(
          plan,
          (file, count) -> {
            long all = received.addAndGet(count);
            synchronized (bar) {
              bar.at(all, file.path());
            }
          });
    }
  }

  /** Formats a number of bytes: {@code 1.2 GB}. */
  public static String size(long bytes) {
    return bytes < 1_000_000
        ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
        : bytes < 1_000_000_000
            ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
            : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
  }
}
