SELECT stress.step();
