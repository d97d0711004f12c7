package io.diffusion4j.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.diffusion4j.filters.FilterModule.FilterFile;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterFileTest {
  private static final String CONCEPT =
      "{name: a, texts: [a gun], negative: [a dog], threshold: 0.5}";

  @TempDir Path folder = Path.of("");

  private FilterFile read(String yaml) throws IOException {
    return FilterFile.read(Files.writeString(folder.resolve("filter.yaml"), yaml));
  }

  @Test
  void conceptsAreReadFromYamlAndJson() throws IOException {
    FilterFile yaml =
        read(
            """
            name: house
            clip: clip
            concepts:
              - name: weapons
                texts: [a gun, a knife]
                negative: [an animal]
                threshold: 0.5
                low-threshold: 0.9
            """);
    FilterFile json =
        read(
            "{\"name\": \"house\", \"clip\": \"clip\", \"concepts\": [{\"name\": \"weapons\","
                + " \"texts\": [\"a gun\", \"a knife\"], \"negative\": [\"an animal\"],"
                + " \"threshold\": 0.5, \"low-threshold\": 0.9}]}");
    assertThat(yaml).isEqualTo(json);
    assertThat(read("{name: safety, safety-checker: there, low-threshold: 0.1}").lowThreshold())
        .isEqualTo(0.1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{name: a} | concepts: none (expected: at least one, or safety-checker)",
        "{name: a, concepts: []} | concepts: 0 (expected: at least one",
        "{name: a b, concepts: [CONCEPT]} | name: a b (expected: a name of up to 64",
        "{name: a, concepts: [CONCEPT, CONCEPT]} | concepts: two with one name",
        "{name: a, concepts: [CONCEPT], threshold: 1} | threshold: without safety-checker",
        "{name: a, concepts: [CONCEPT], safety-checker: b} | none beside safety-checker",
        "{name: a, safety-checker: b, clip: c} | clip: c (expected: none beside safety-checker)",
        "{name: a, concepts: [CONCEPT], treshold: 1} | treshold: unknown (expected: one of",
        "{name: a, concepts: [{name: b}]} | concepts[0].texts: missing (expected: a list",
        "{name: a, concepts: [{name: b, texts: [c], negative: [c], threshold: 0.5}]}"
            + " | concepts[0].texts: [c, c] (expected: each text once)",
        "{name: a, concepts: [{name: b, texts: [c], negative: [], threshold: 1.5}]}"
            + " | concepts[0].threshold: 1.5 (expected: in (0, 1))",
        "{name: a, concepts: [{name: b, texts: [c], negative: [d], threshold: 0.5,"
            + " low-threshold: 0.4}]}"
            + " | concepts[0].low-threshold: 0.4 (expected: in [threshold, 1])",
      })
  void aFaultIsNamedByItsPath(String yaml, String message) {
    assertThatThrownBy(() -> read(yaml.replace("CONCEPT", CONCEPT)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("filter.yaml")
        .hasMessageContaining(message);
  }

  /** The schema for editors has the keys of the records, and no others. */
  @Test
  void theSchemaHasTheKeysOfTheRecords() throws IOException {
    try (var in = FilterFile.class.getResourceAsStream("filter.schema.json")) {
      JsonNode schema = JsonMapper.builder().build().readTree(in);
      assertThat(keys(schema)).isEqualTo(keys(FilterFile.class));
      assertThat(keys(schema.at("/properties/concepts/items")))
          .isEqualTo(keys(FilteredConcept.class));
    }
  }

  private static Set<String> keys(JsonNode schema) {
    var keys = new TreeSet<String>();
    schema.get("properties").fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  private static Set<String> keys(Class<?> type) {
    var keys = new TreeSet<String>();
    for (RecordComponent component : type.getRecordComponents()) {
      keys.add(component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT));
    }
    return keys;
  }
}
