package dev.rfx.session.thread;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/** System calls through the optional library JNA. */
final class JnaSystemCalls implements SystemCalls {

    private interface LibC extends Library {

        NativeLong syscall(NativeLong number, Object... arguments) throws LastErrorException;
    }

    private static final LibC C = Native.load("c", LibC.class);

    @Override
    public String means() {
        return "JNA";
    }

    @Override
    public long address(ByteBuffer memory) {
        return Pointer.nativeValue(Native.getDirectBufferPointer(memory));
    }

    @Override
    public long call(long number, long first, long second, long third, long fourth) {
        try {
            return C.syscall(new NativeLong(number), first, second, third, fourth).longValue();
        } catch (LastErrorException ex) {
            return -ex.getErrorCode();
        }
    }
}
