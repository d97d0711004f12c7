package io.diffusion4j.diffusion.filter;

/**
 * A filter that cannot be used, or that failed while it was used, so that no picture of its batch
 * is released. The message is one line.
 */
public final class FilterException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /**
   * Creates the failure of a filter.
   *
   * @param filter its name, or the file of its settings
   * @param problem the problem
   * @param expected the requirement
   */
  public FilterException(String filter, String problem, String expected) {
    super(message(filter, problem, expected));
  }

  /** Creates the exception with the failure that caused it. */
  public FilterException(String filter, String problem, String expected, Throwable cause) {
    super(message(filter, problem, expected), cause);
  }

  private static String message(String filter, String problem, String expected) {
    String line = "filter: " + filter + ": " + problem + " (expected: " + expected + ")";
    return line.replaceAll("\\s+", " ");
  }
}
