package io.diffusion4j.cli.serve;

import io.diffusion4j.local.LiveModels;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the models, tokens, quotas and log level in the configuration file to the running server;
 * other changes need a restart. Changes that cannot be applied have no effect, and are logged in
 * one line.
 */
final class Reload {
  private static final Logger LOG = LoggerFactory.getLogger(Reload.class);

  private final Settings settings;
  private final LiveModels models;
  private final ReloadedAccess access;

  /** Reads the settings again. */
  @FunctionalInterface
  interface Settings {
    ServerSettings read() throws IOException;
  }

  Reload(Settings settings, LiveModels models, ReloadedAccess access) {
    this.settings = settings;
    this.models = models;
    this.access = access;
  }

  /**
   * Applies the file, and returns the changes that could not be applied, in one line; empty if
   * there are none.
   */
  synchronized String apply() {
    ServerSettings read;
    try {
      read = settings.read();
    } catch (IOException | RuntimeException e) {
      return failed("the settings", e);
    }
    String failures = "";
    try { // first, for tokens may mention their names
      models.serve(read.models());
    } catch (RuntimeException e) {
      failures = failed("the models", e);
    }
    try {
      access.reload(read);
      ServerLog.level(read.logLevel());
      LOG.info("tokens, quotas and the level of the log were read again");
    } catch (IOException | RuntimeException e) {
      failures += (failures.isEmpty() ? "" : "; ") + failed("tokens and quotas", e);
    }
    return failures;
  }

  private static String failed(String what, Exception why) {
    String line = what + " stay as they were: " + OneLine.of(why.getMessage());
    LOG.error("{}", line);
    return line;
  }
}
