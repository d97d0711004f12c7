package io.diffusion4j.onednn.tape;

import io.diffusion4j.nn.Function;
import io.diffusion4j.onednn.core.DataType;
import java.util.List;

/** A function that oneDNN has not, on a tape: computed in Java, in float32. */
record Mapped(Tape tape, Function function) {
  Activation forward(Activation given) {
    var x = new ReshapeOps(tape).cast(given, DataType.FLOAT32);
    var y = tape.resultLike(x);
    tape.forward(
        List.of(x.buffer(), y.buffer()),
        stream -> {
          var from = x.floats();
          var to = y.floats();
          for (int i = 0; i < to.capacity(); i++) {
            to.put(i, (float) function.of(from.get(i)));
          }
        });
    tape.derivative(
        () ->
            tape.contribute(
                x,
                dx -> {
                  var dy = y.gradient();
                  tape.backward(
                      List.of(x.buffer(), y.buffer(), dy.buffer(), dx.buffer()),
                      stream -> {
                        var from = x.floats();
                        var value = y.floats();
                        var of = dy.floats();
                        var to = dx.floats();
                        for (int i = 0; i < to.capacity(); i++) {
                          double slope = function.derivative(from.get(i), value.get(i));
                          to.put(i, (float) (of.get(i) * slope));
                        }
                      });
                }));
    return new ReshapeOps(tape).cast(y, given.type());
  }
}
