package io.diffusion4j.diffusion.pipeline;

/** A plugin that cannot be used, or that failed while it was used. The message is one line. */
public final class PluginException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /**
   * Creates the failure of a plugin.
   *
   * @param plugin the jar, or the class if there is no jar
   * @param problem the problem
   * @param expected the requirement
   */
  public PluginException(String plugin, String problem, String expected) {
    super(message(plugin, problem, expected));
  }

  /** Creates the exception with the failure that caused it. */
  public PluginException(String plugin, String problem, String expected, Throwable cause) {
    super(message(plugin, problem, expected), cause);
  }

  private static String message(String plugin, String problem, String expected) {
    String line = "plugin: " + plugin + ": " + problem + " (expected: " + expected + ")";
    return line.replaceAll("\\s+", " ");
  }
}
