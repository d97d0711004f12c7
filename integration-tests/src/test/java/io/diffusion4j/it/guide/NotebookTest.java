package io.diffusion4j.it.guide;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The cells of the notebook equal a Kotlin source that is compiled in a user's project. */
class NotebookTest {
  private static final Path NOTEBOOK = Path.of("../docs/guide/first-picture.ipynb");
  private static final Path SOURCE = Path.of("consumers/kotlin/src/main/kotlin/Notebook.kt");
  private static final Pattern CELL =
      Pattern.compile("// cell\\n(.*?)\\n *// end cell", Pattern.DOTALL);

  @Test
  void holdsWhatIsCompiled() throws IOException {
    List<String> compiled =
        CELL.matcher(Files.readString(SOURCE))
            .results()
            .map(cell -> cell.group(1).stripTrailing().stripIndent())
            .toList();
    List<String> cells = codeCells();
    assertThat(cells.subList(1, cells.size())).isEqualTo(compiled);
  }

  @Test
  void dependsOnOurModulesOnly() throws IOException {
    assertThat(codeCells().get(0).lines())
        .isNotEmpty()
        .allMatch(
            line ->
                line.matches(
                    "@file:DependsOn\\(\"io\\.diffusion4j:[a-z0-9-]+:0\\.1\\.0-SNAPSHOT\"\\)"));
  }

  private static List<String> codeCells() throws IOException {
    JsonNode notebook = new ObjectMapper().readTree(NOTEBOOK.toFile());
    return StreamSupport.stream(notebook.get("cells").spliterator(), false)
        .filter(cell -> cell.get("cell_type").asText().equals("code"))
        .map(NotebookTest::text)
        .toList();
  }

  private static String text(JsonNode cell) {
    StringBuilder lines = new StringBuilder();
    cell.get("source").forEach(line -> lines.append(line.asText()));
    return lines.toString();
  }
}
