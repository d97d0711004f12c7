package io.diffusion4j.it.words;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The prose of a file: everything else is blank, so that lines keep their numbers.
 *
 * @param file the file
 * @param text its prose
 */
record Prose(Path file, String text) {
  private static final Pattern COMMENT =
      Pattern.compile("/\\*\\*.*?\\*/|^ *//[^\\n]*$", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern MARKS =
      Pattern.compile("^ *(?:/\\*\\*|\\*/?|//)|\\*/", Pattern.MULTILINE);
  private static final Pattern JAVADOC_CODE =
      Pattern.compile(
          "<pre>.*?</pre>|\\{@(?:code|link|linkplain|value) [^}]*}|@param \\S+", Pattern.DOTALL);
  private static final Pattern MARKDOWN_CODE =
      Pattern.compile("```.*?```|`[^`]*`|]\\([^)]*\\)|<!--.*?-->", Pattern.DOTALL);
  private static final Pattern QUOTED = Pattern.compile("\"[^\"\\n]*\"");

  /** Reads the comments of a source file, or the text of a Markdown page, without code in it. */
  static Prose read(Path file) throws IOException {
    String source = Files.readString(file);
    if (file.toString().endsWith(".md")) {
      return new Prose(file, without(QUOTED, without(MARKDOWN_CODE, source)));
    }
    String comments = without(MARKS, outside(COMMENT, source));
    return new Prose(file, without(QUOTED, without(JAVADOC_CODE, comments)));
  }

  /** Lists where a habit shows: the file with the line, the words, and what to write instead. */
  List<String> faults(Habit habit) {
    return habit.phrase().matcher(text).results().map(found -> fault(habit, found)).toList();
  }

  private String fault(Habit habit, MatchResult found) {
    long line = text.substring(0, found.start()).lines().count();
    boolean atBegin = found.start() == 0 || text.charAt(found.start() - 1) == '\n';
    String words = found.group().replaceAll("\\s+", " ");
    return "%s:%d: %s (expected: %s)"
        .formatted(file, atBegin ? line + 1 : line, words, habit.instead());
  }

  private static String without(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(blank(found.group())));
  }

  private static String outside(Pattern pattern, String text) {
    var kept = new StringBuilder();
    int end = 0;
    for (MatchResult found : pattern.matcher(text).results().toList()) {
      kept.append(blank(text.substring(end, found.start()))).append(found.group());
      end = found.end();
    }
    return kept.append(blank(text.substring(end))).toString();
  }

  private static String blank(String text) {
    return text.replaceAll("[^\\n]", " ");
  }
}
