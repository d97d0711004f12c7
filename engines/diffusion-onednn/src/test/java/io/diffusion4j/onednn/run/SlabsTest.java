package io.diffusion4j.onednn.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.onednn.core.HugePages;
import io.diffusion4j.onednn.core.Memory;
import io.diffusion4j.onednn.core.Scope;
import io.diffusion4j.onednn.run.PackedWeights.Slabs;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlabsTest {
  @Test
  void whatIsTakenIsApartFromAllElse() {
    try (var scope = new Scope()) {
      var slabs = new Slabs(scope);
      List<Memory> taken = new ArrayList<>();
      int floats = 300_001; // one of more than a megabyte, and not of whole cache lines
      for (int i = 0; i < 20; i++) {
        var memory = slabs.take((long) floats * Float.BYTES);
        memory.floats(0, floats).put(floats - 1, i).put(0, i);
        taken.add(memory);
      }
      var large = slabs.take(5 * HugePages.BYTES);
      large.floats(0, floats).put(0, -1);
      taken.add(large);
      for (int i = 0; i < 20; i++) {
        var values = taken.get(i).floats(0, floats);
        assertThat(values.get(0)).isEqualTo(i);
        assertThat(values.get(floats - 1)).isEqualTo(i);
      }
      assertThat(taken)
          .allSatisfy(memory -> assertThat(address(memory) % Memory.ALIGNMENT).isZero());
    }
  }

  private static long address(Memory memory) {
    return memory.at(0).address() + memory.at(0).position();
  }
}
