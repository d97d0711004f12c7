package io.diffusion4j.hub;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name and version of a model.
 *
 * @param name {@code org/name}, or {@code name} for the oldest models
 * @param revision a branch, a tag, a commit or {@code refs/pr/N}
 */
public record RepoName(String name, String revision) {
  /** The default branch. */
  public static final String MAIN = "main";

  private static final Pattern NAME =
      Pattern.compile("([A-Za-z0-9_][\\w.-]*/)?[A-Za-z0-9_]([\\w.-]{0,94}[A-Za-z0-9_])?");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
  private static final Pattern REVISION = Pattern.compile("[\\w.-]+(/[\\w.-]+)*");

  public RepoName {
    if (!isName(name)) {
      throw new IllegalArgumentException("model: " + name + " (expected: org/name of the Hub)");
    }
    if (!REVISION.matcher(revision).matches() || revision.contains("..")) {
      throw new IllegalArgumentException(
          "revision: " + revision + " (expected: a branch, a tag, a commit or refs/pr/N)");
    }
  }

  /**
   * Returns the parts of {@code org/name} or {@code org/name@revision}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static RepoName parse(String text) {
    int at = text.indexOf('@');
    return at < 0
        ? new RepoName(text, MAIN)
        : new RepoName(text.substring(0, at), text.substring(at + 1));
  }

  /** Returns the parts of a text that names one model of an organisation; empty if it is a path. */
  public static Optional<RepoName> ifNamed(String text) {
    String name = text.replaceFirst("@.*", "");
    return name.indexOf('/') > 0 && isName(name) ? Optional.of(parse(text)) : Optional.empty();
  }

  private static boolean isName(String name) {
    return NAME.matcher(name).matches()
        && !name.contains("--")
        && !name.contains("..")
        && !name.endsWith(".git");
  }

  /** Returns the same model in another version. */
  public RepoName at(String other) {
    return new RepoName(name, other);
  }

  /** Whether the revision is a commit, whose files never change. */
  public boolean isPinned() {
    return isCommit(revision);
  }

  static boolean isCommit(String text) {
    return COMMIT.matcher(text).matches();
  }

  @Override
  public String toString() {
    return name + "@" + revision;
  }
}
